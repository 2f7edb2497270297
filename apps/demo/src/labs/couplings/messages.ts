import type { CouplingName, CouplingState } from './settings.js';

/** What the page asks of a worker. */
export interface Request {
  readonly type: 'couple';
  readonly state: CouplingState;
  readonly names: readonly CouplingName[];
}

/** A coupling of the two marginals, in bits; or why there is none. */
export type Coupled = { readonly name: CouplingName } & (
  | {
      readonly joint: readonly (readonly number[])[];
      readonly entropy: number;
      readonly information: number;
      readonly cells: number;
    }
  | { readonly problem: string }
);

/** The couplings that were asked for, with the state that they are of and the entropies of its marginals. */
export interface Reply {
  readonly type: 'coupled';
  readonly state: CouplingState;
  readonly entropies: Readonly<Record<'x' | 'y', number>>;
  readonly couplings: readonly Coupled[];
}
