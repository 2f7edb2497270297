import { type ArrayInput, DomainError, type NdArray, ShapeError, ndarray, toFloat64 } from '@surprisal/core';

/** Where pseudo-negatives are drawn. */
export interface PseudoNegativesOptions {
  /** Weight of what is remembered, in [0, 1]; default 0.8. */
  readonly alpha?: number;
  /** Variance around the centre in every direction, > 0; default 1. */
  readonly variance?: number;
  /** What is remembered from batch to batch: the mean of the last one (the authors' code), or a running mean. Default `'previous-batch'`. */
  readonly remembers?: 'previous-batch' | 'running';
  /** `[d]`, what the last call remembered; nothing, at the first batch of an epoch, counts as 0. */
  readonly remembered?: ArrayInput;
}

/** Points that stand for what is not normal. */
export interface PseudoNegatives {
  /** `[batch, d]` */
  readonly negatives: NdArray<Float32Array>;
  /** `[d]`, the mean that they are drawn around. */
  readonly centre: NdArray<Float32Array>;
  /** `[d]`, for the next batch of the epoch. */
  readonly remembered: NdArray<Float64Array>;
}

/**
 * Pseudo-negatives of a batch of normal features, for a classifier that sees nothing else: `m + sqrt(variance) eps` around
 * `m = alpha r + (1 - alpha) mean(features)`, where r is the mean of the batch before, or the m before. They have no gradient.
 *
 * @param features `[batch, d]`, of normal examples
 * @param draws `[batch, d]`, standard normal: as many rows as negatives are wanted
 * @throws ShapeError for other shapes; DomainError for an option out of range and for an empty batch
 *
 * Narayan, Patel: Hyp-OC: Hyperbolic One Class Classification for Face Anti-Spoofing, FG 2024, arXiv:2404.14406. As in the authors' code, the mean
 * that they call running is that of the batch before alone, and what they call a standard deviation is a variance.
 *
 * @example
 * const first = pseudoNegatives([[1, 3], [3, 5]], [[0, 0]]);
 * const second = pseudoNegatives([[0, 0]], [[0, 1]], { remembered: first.remembered });
 * console.log(Array.from(first.centre.data, (x) => x.toFixed(1)).join(), Array.from(second.negatives.data, (x) => x.toFixed(1)).join()); // 0.4,0.8 1.6,4.2
 */
export function pseudoNegatives(
  features: ArrayInput,
  draws: ArrayInput,
  options: PseudoNegativesOptions = {},
): PseudoNegatives {
  const { alpha = 0.8, variance = 1, remembers = 'previous-batch' } = options;
  checkRange('alpha', 'a number from 0 to 1', alpha, alpha >= 0 && alpha <= 1);
  checkRange('variance', 'a number above 0', variance, variance > 0);
  const given = matrixOf('features', features);
  const [batch, d] = given.shape as [number, number];
  const noise = matrixOf('draws', draws, d);
  if (batch === 0) throw new DomainError('pseudoNegatives: features must have at least one row, got none');
  const before = options.remembered === undefined ? new Float64Array(d) : toFloat64(options.remembered).data;
  if (before.length !== d) throw new ShapeError(`pseudoNegatives: remembered must be [${d}], got [${before.length}]`);
  const mean = columnMeans(given.data, batch, d);
  const centre = mean.map((value, i) => alpha * before[i]! + (1 - alpha) * value);
  const spread = Math.sqrt(variance);
  const negatives = Float32Array.from(noise.data, (value, i) => centre[i % d]! + spread * value);
  return {
    negatives: ndarray(negatives, noise.shape),
    centre: ndarray(Float32Array.from(centre), [d]),
    remembered: ndarray(remembers === 'running' ? centre : mean, [d]),
  };
}

function columnMeans(data: Float64Array, rows: number, columns: number): Float64Array {
  const means = new Float64Array(columns);
  data.forEach((value, i) => (means[i % columns]! += value / rows));
  return means;
}

function matrixOf(argument: string, input: ArrayInput, columns?: number): NdArray<Float64Array> {
  const array = toFloat64(input);
  if (array.shape.length === 2 && (columns === undefined || array.shape[1] === columns)) return array;
  throw new ShapeError(
    `pseudoNegatives: ${argument} must be [batch, ${columns ?? 'd'}], got [${array.shape.join(', ')}]`,
  );
}

function checkRange(option: string, range: string, value: number, isIn: boolean): void {
  if (!isIn) throw new DomainError(`pseudoNegatives: ${option} must be ${range}, got ${value}`);
}
