import type { PlotEvent } from '@surprisal/core';
import type { Allocation, ColumnMap, ScalingFit } from '@surprisal/scaling-laws';

/** A lower and an upper bound. */
export type Bounds = readonly [number, number];

/** How intervals were found, in words, and their coverage. */
export interface IntervalMethod {
  readonly method: 'bootstrap' | 'profile';
  readonly coverage: number;
  readonly resamples?: number;
  readonly seed?: number;
  /** What is drawn: runs, or blocks of them that are not independent. */
  readonly of?: 'runs' | 'blocks';
}

/** A fitted constant. Without `identified` its value is one of many that fit as well. */
export interface FittedConstant {
  readonly name: string;
  readonly value: number;
  readonly interval?: Bounds;
  readonly identified: boolean;
  readonly description: string;
}

/** The law's value for one run. */
export interface Prediction {
  readonly inputs: Readonly<Record<string, number>>;
  readonly value: number;
  readonly interval?: Bounds;
}

/** The best use of a budget. */
export interface BudgetAdvice extends Allocation {
  readonly budget: number;
  readonly intervals?: Readonly<Partial<Record<'N' | 'D' | 'loss' | 'tokensPerParameter', Bounds>>>;
}

/** How well the largest runs are predicted from the others. */
export interface HeldOut {
  readonly rows: number;
  /** The column by which they are the largest, and the share of the runs that was kept back. */
  readonly by: string;
  readonly share: number;
  /** Root mean squared log error: about the relative error. */
  readonly relativeError: number;
  /** The same of two predictors that know no law. */
  readonly baselines: { readonly lastLoss: number; readonly logLinear: number };
}

/** The loss curve of a schedule under a fitted law. */
export interface ScheduleReport {
  readonly name: string;
  /** As it was named, with its parameters. */
  readonly schedule: string;
  /** Whether the law was fitted to it. */
  readonly fitted: boolean;
  /** What was measured; nothing for a schedule that has not been run. */
  readonly points: number;
  /** Mean of |prediction / loss - 1| over what was measured. */
  readonly meanRelativeError?: number;
  /** The predicted loss at the last step. */
  readonly finalLoss: number;
  readonly interval?: Bounds;
  /** Whether the law cannot be trusted there: the loss is not positive, or the last rate is 0. */
  readonly doubtful: boolean;
}

/** What else there is to say of loss curves. */
export interface CurvesReport {
  readonly lambda: number;
  readonly warmup: number;
  readonly warmupAs: string;
  readonly schedules: readonly ScheduleReport[];
  /** Measured and predicted losses by step, for a picture. */
  readonly plot: PlotEvent;
}

/** All that `surprisal fit` says. */
export interface FitReport {
  readonly table: { readonly name: string; readonly rows: number; readonly duplicates: number };
  readonly formula: string;
  readonly law: { readonly name: string; readonly params: Readonly<Record<string, unknown>> };
  readonly columns: ColumnMap;
  readonly fit: ScalingFit;
  readonly constants: readonly FittedConstant[];
  readonly interval?: IntervalMethod;
  readonly predictions: readonly Prediction[];
  readonly budgets: readonly BudgetAdvice[];
  readonly heldOut?: HeldOut;
  readonly warnings: readonly string[];
  readonly curves?: CurvesReport;
}
