export * from './adversarial-error.js';
export * from './annealing-areas.js';
export { type AnnealingRuns, type LossCurve, annealingRuns, curveBlocks } from './annealing-curves.js';
export * from './bootstrap.js';
export * from './broken-power-law.js';
export { type Allocation, type ChinchillaParameter, allocate, chinchilla } from './chinchilla.js';
export * from './columns.js';
export * from './compare-schedules.js';
export * from './compute-frontier.js';
export * from './data-constrained.js';
export * from './envelope.js';
export * from './extrapolation-collapse.js';
export * from './fit-annealing.js';
export * from './fit-power-trend.js';
export type { FitOptions, FitParams, Refit, RefitOptions, ScalingFit } from './fit.js';
export * from './forecast.js';
export * from './henighan.js';
export * from './hold-out.js';
export * from './infogain.js';
export * from './iso-flop.js';
export * from './kaplan.js';
export type { Constants, FitStage, Inputs, LawMaths, LawParameter, StartContext } from './law-maths.js';
export * from './learning-rate-transfer.js';
export * from './log-linear.js';
export * from './logit-gap-law.js';
export * from './lr-annealing-size.js';
export * from './lr-annealing.js';
export * from './multi-power-fit.js';
export * from './multi-power-law.js';
export * from './mutual-information.js';
export * from './optimal-size.js';
export { type ComputeLossPoints, type HullAxes, lowerConvexHull, paretoFrontier } from './pareto-frontier.js';
export * from './percentile-interval.js';
export * from './power-law.js';
export * from './power-trend.js';
export { type CurvePrediction, predictCurve } from './predict-curve.js';
export * from './profile-interval.js';
export {
  type ColumnMap,
  type DerivedColumn,
  type InputColumn,
  type LawColumns,
  type OutputColumn,
  type Runs,
  matchColumns,
} from './runs.js';
export * from './scaling-law.js';
export * from './schedule.js';
export * from './schedules.js';
export * from './trend-crossing.js';
