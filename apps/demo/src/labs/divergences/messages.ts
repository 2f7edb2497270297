import type { DivergenceKind, DivergenceState } from './settings.js';

/** What the page asks of the worker. */
export interface Request {
  readonly type: 'measure';
  readonly state: DivergenceState;
  readonly run: number;
}

/** A divergence of the two distributions, both ways; or why there is none. */
export interface Measured {
  readonly kind: DivergenceKind;
  readonly name: string;
  readonly unit: string;
  /** From P to Q, and from Q to P; NaN where there is none. */
  readonly both: readonly [number, number];
  readonly problem?: string;
}

/** What the worker says of a run: first what is quick, then the others, if nothing newer was asked for. */
export type Reply = { readonly run: number } & (
  { readonly type: 'quick' | 'slow'; readonly values: readonly Measured[] } | { readonly type: 'ended' }
);
