import type { z } from 'zod';
import type { NdArray } from './ndarray.js';
import type { Paper } from './papers.js';

/** Where a run stands. `step` counts from 1 to `of`. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly step: number;
  readonly of: number;
  /** What is being done: `'logistic, seed 2, epoch 3'`. */
  readonly label?: string;
}

/** Named numbers measured at one moment: one line of `metrics.jsonl`. */
export interface MetricEvent {
  readonly type: 'metric';
  readonly values: Readonly<Record<string, number | string>>;
}

/** A table of results; each row is an object with the columns as keys. */
export interface TableEvent {
  readonly type: 'table';
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, number | string | Estimate>>[];
}

/** A column of a table, with the direction that is better, if one is. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly better?: 'higher' | 'lower';
}

/** A measured number with its uncertainty: mean over `n` seeds and standard error (absent when n = 1). */
export interface Estimate {
  readonly mean: number;
  readonly standardError?: number;
  readonly n: number;
}

/** A picture: a Vega-Lite specification with its data inline. */
export interface PlotEvent {
  readonly type: 'plot';
  readonly name: string;
  /** What the picture shows, in one sentence: its caption and its text for those who do not see it. */
  readonly caption: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A claim of the paper, checked with a measured number. */
export interface ClaimEvent {
  readonly type: 'claim';
  /** The claim as a statement: `'cross-entropy is at least as accurate as MAE + 5 points'`. */
  readonly says: string;
  /** The paper's own figure or words. */
  readonly paper: number | string;
  readonly measured: number | string | Estimate;
  readonly holds: boolean;
  /** How it was measured, and what differs from the paper's setting. */
  readonly note?: string;
}

/** A file that the run made. */
export interface ArtifactEvent {
  readonly type: 'artifact';
  /** File name inside the run folder. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A state from which the study can go on: handed back as `resume` when the run is resumed. */
export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly state: StudyState;
}

/** Everything that a study needs to go on: plain JSON values, and arrays (weights, optimiser moments). */
export interface StudyState {
  readonly json: unknown;
  readonly arrays: Readonly<Record<string, NdArray>>;
}

export type StudyEvent =
  ProgressEvent | MetricEvent | TableEvent | PlotEvent | ClaimEvent | ArtifactEvent | CheckpointEvent;

/** Makes a {@link ProgressEvent}. */
export const progress = (step: number, of: number, label?: string): ProgressEvent => ({
  type: 'progress',
  step,
  of,
  ...(label === undefined ? {} : { label }),
});
/** Makes a {@link MetricEvent}. */
export const metric = (values: MetricEvent['values']): MetricEvent => ({ type: 'metric', values });
/** Makes a {@link TableEvent}. */
export const table = (event: Omit<TableEvent, 'type'>): TableEvent => ({ type: 'table', ...event });
/** Makes a {@link PlotEvent}. */
export const plot = (event: Omit<PlotEvent, 'type'>): PlotEvent => ({ type: 'plot', ...event });
/** Makes a {@link ClaimEvent}. */
export const claim = (event: Omit<ClaimEvent, 'type'>): ClaimEvent => ({ type: 'claim', ...event });
/** Makes an {@link ArtifactEvent}. */
export const artifact = (name: string, content: string | Uint8Array): ArtifactEvent => ({
  type: 'artifact',
  name,
  content,
});
/** Makes a {@link CheckpointEvent}. */
export const checkpoint = (state: StudyState): CheckpointEvent => ({ type: 'checkpoint', state });

/** The mean of one number per seed, with its standard error. */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, n };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, standardError: Math.sqrt(variance / n), n };
}

/** One of the instances that a comparison compares, under the name it is shown by. */
export interface Contestant {
  readonly label: string;
  readonly instance: unknown;
}

/** The data sets there are, by name. The package that brings one adds it, as with {@link Kinds}. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface Datasets {}

/** How a study asks for a data set: whoever runs it reads files (Node) or fetches them (a page). */
export type DataLoader = <N extends keyof Datasets & string>(name: N) => Promise<Datasets[N]>;

/** What a study is given by whoever runs it. */
export interface StudyContext<P = Record<string, unknown>> {
  readonly params: P;
  readonly seed: number;
  /** Name of the tensor engine in use; `'host'` for a study that asks for none. */
  readonly engine: string;
  /** Loads a data set: files in Node, fetched files in a page. */
  readonly data: DataLoader;
  /** Asks the study to end after its current step; it yields a checkpoint before it returns. */
  readonly signal?: AbortSignal;
  /** The state of the last checkpoint, when a run goes on. */
  readonly resume?: StudyState;
  /** Only in comparisons: what to compare. */
  readonly contestants?: readonly Contestant[];
}

/** What a study says about itself, with the function that runs it. */
export interface StudyInfo<S extends z.ZodObject = z.ZodObject> {
  /** Unique, kebab-case. */
  readonly name: string;
  readonly summary: string;
  readonly paper?: Paper;
  readonly params: S;
  /** Parameters of the quick form, marked in all it prints as no result. */
  readonly quick?: z.input<S>;
  /** True when it computes on host arrays alone: then no tensor engine is started for it. */
  readonly host?: boolean;
  /** For a comparison: the kind whose methods it compares, and the name of its task (`compare loss --on mnist`). */
  readonly compares?: { readonly kind: string; readonly on: string };
  run(context: StudyContext<z.output<S>>): AsyncGenerator<StudyEvent, void, void>;
}

/** A study whose parameter types do not matter. */
export interface Study extends Omit<StudyInfo, 'run' | 'quick'> {
  readonly quick?: Readonly<Record<string, unknown>>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- parameters are checked by the schema at run time
  run(context: StudyContext<any>): AsyncGenerator<StudyEvent, void, void>;
}

/**
 * Declares a study: a reproduction that streams events and checks claims, or a comparison of methods of one kind.
 *
 * A study is resumable when it yields checkpoints and starts from `context.resume`. It must not depend on anything but
 * its context: the same parameters, seed and engine give the same events.
 *
 * @example
 * import { z } from 'zod';
 *
 * export default defineStudy({
 *   name: 'coin',
 *   summary: 'A coin is fair.',
 *   params: z.object({ tosses: z.number().int().min(1).default(10_000) }),
 *   async *run({ params, seed }) {
 *     const share = new Random(seed).uniforms(params.tosses).filter((toss) => toss < 0.5).length / params.tosses;
 *     yield claim({ says: 'half are heads, within 2%', paper: 0.5, measured: share, holds: Math.abs(share - 0.5) < 0.02 });
 *   },
 * });
 */
export function defineStudy<S extends z.ZodObject>(study: StudyInfo<S>): StudyInfo<S> & Study {
  return study as StudyInfo<S> & Study;
}
