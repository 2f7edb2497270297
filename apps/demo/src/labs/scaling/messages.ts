import type { Chosen } from '../../lab/chosen.js';
import type { Columns } from './settings.js';

/** Where a table comes from: the page, or a file of the visitor's. */
export type TableSource = { readonly name: string; readonly file?: Blob };

/** What the page asks of the worker. */
export type Request =
  | { readonly type: 'open'; readonly source: TableSource }
  | ({ readonly type: 'fit'; readonly run: number } & FitSettings)
  | { readonly type: 'spend'; readonly compute: number };

export interface FitSettings {
  readonly law: Chosen;
  readonly columns: Columns;
  readonly dropTop: number;
  readonly resamples: number;
  readonly seed: number;
}

/** A column that a law reads, as a table may have it. */
export interface Wanted {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  /** In words, where it can be computed from columns that are wanted too. */
  readonly formula?: string;
}

/** What a law reads, and which columns of the table that is; or why it cannot be told. */
export interface Match {
  readonly law: string;
  readonly wanted: readonly Wanted[];
  readonly map?: Columns;
  readonly why?: string;
}

export interface Opened {
  readonly type: 'opened';
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly matches: readonly Match[];
}

export interface Parameter {
  readonly name: string;
  readonly value: number;
  readonly description: string;
  /** Whether the runs tell it. */
  readonly told: boolean;
}

export interface Fitted {
  readonly type: 'fitted';
  readonly run: number;
  readonly map: Columns;
  readonly parameters: readonly Parameter[];
  readonly published: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly warnings: readonly string[];
  readonly n: number;
  readonly objective: number;
  readonly rmse: number;
  readonly r2: number;
  /** The runs by the law's names. */
  readonly runs: Readonly<Record<string, Float64Array>>;
  readonly loss: Float64Array;
  /** Of losses. */
  readonly unit: string;
  readonly predicted: Float64Array;
  /** What the axis of the first figure shows of the runs. */
  readonly along: { readonly name: string; readonly unit: string; readonly values: Float64Array };
  /** The law along that axis, where it has one value there. */
  readonly curve?: { readonly name: string; readonly points: readonly { readonly x: number; readonly y: number }[] };
}

/** The middle 95% of what fits to resampled runs gave, by parameter. */
export interface Intervals {
  readonly type: 'intervals';
  readonly run: number;
  readonly resamples: number;
  readonly of: Readonly<Record<string, readonly [low: number, high: number]>>;
}

/** How a compute budget is best split, and what other splits cost. */
export interface Spent {
  readonly type: 'spent';
  readonly compute: number;
  readonly best: { readonly N: number; readonly D: number; readonly loss: number };
  /** The middle 95% of the best N. */
  readonly interval?: readonly [number, number];
  readonly curve: readonly { readonly x: number; readonly y: number }[];
}

/** What the worker says. */
export type Reply =
  | Opened
  | Fitted
  | Intervals
  | Spent
  /** The law of the last fit has no sizes and tokens to split a budget between. */
  | { readonly type: 'unsplit' }
  | { readonly type: 'progress'; readonly run: number; readonly done: number; readonly of: number };
