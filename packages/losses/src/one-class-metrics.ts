import { type ArrayInput, DomainError, ShapeError, toFloat64 } from '@surprisal/core';
import { sortNumbers } from '@surprisal/core/numerics';

/** How well scores tell what is not normal: all from 0 to 1. */
export interface OneClassMetrics {
  /** Where false alarms and misses are nearest to each other; of equal ones, the highest. */
  readonly threshold: number;
  /** Share of label 0 at or above the threshold. */
  readonly falseAlarms: number;
  /** Share of label 1 below the threshold. */
  readonly misses: number;
  /** The equal error rate: half of the sum of both, at the threshold. */
  readonly equalError: number;
  /** Share of right decisions at the threshold. */
  readonly accuracy: number;
  /** The chance that a score of label 1 is above one of label 0; ties count half. */
  readonly auc: number;
}

/**
 * False alarms, misses, equal error rate and AUC of scores from 0 to 1. Flagged is what has at least the threshold; thresholds are 0, 1 / steps, ..., 1, and
 * one above all. Half of false alarms and misses is also called ACER and HTER.
 *
 * @param scores `[n]`, the probability of label 1
 * @param labels `[n]`, 0 (normal) or 1
 * @param steps of the thresholds, default 10,000
 * @throws ShapeError when they differ in length; DomainError for scores outside of [0, 1], for other labels, and where one of the two is missing
 *
 * Narayan, Patel: Hyp-OC: Hyperbolic One Class Classification for Face Anti-Spoofing, FG 2024, arXiv:2404.14406.
 *
 * @example
 * const { equalError, auc } = oneClassMetrics([0.1, 0.6, 0.4, 0.9], [0, 0, 1, 1]);
 * console.log(equalError, auc); // 0.5 0.75
 */
export function oneClassMetrics(scores: ArrayInput, labels: ArrayInput, steps = 10_000): OneClassMetrics {
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new DomainError(`oneClassMetrics: steps must be a whole number from 1 on, got ${steps}`);
  const { normal, other } = byLabel('oneClassMetrics', scores, labels);
  const outside = [...normal, ...other].find((score) => !(score >= 0 && score <= 1));
  if (outside !== undefined)
    throw new DomainError(`oneClassMetrics: scores must be from 0 to 1, got ${outside}; aucOf takes any`);
  let best = { threshold: 0, falseAlarms: 1, misses: 0 };
  let [belowNormal, belowOther] = [0, 0];
  for (let step = 0; step <= steps + 1; step++) {
    const threshold = step > steps ? ABOVE_ALL : step / steps;
    while (normal[belowNormal]! < threshold) belowNormal++;
    while (other[belowOther]! < threshold) belowOther++;
    const [falseAlarms, misses] = [1 - belowNormal / normal.length, belowOther / other.length];
    if (Math.abs(falseAlarms - misses) <= Math.abs(best.falseAlarms - best.misses))
      best = { threshold, falseAlarms, misses };
  }
  const { falseAlarms, misses } = best;
  const wrong = falseAlarms * normal.length + misses * other.length;
  return {
    ...best,
    equalError: (falseAlarms + misses) / 2,
    accuracy: 1 - wrong / (normal.length + other.length),
    auc: aucOfSorted(normal, other),
  };
}

/** A threshold that flags nothing. */
const ABOVE_ALL = 1.1;

/**
 * The area under the ROC curve: the chance that a score of label 1 is above one of label 0, where ties count half.
 *
 * @param scores `[n]`, any numbers
 * @param labels `[n]`, 0 or 1
 * @throws ShapeError when they differ in length; DomainError for NaN, for other labels, and where one of the two is missing
 *
 * @example
 * console.log(aucOf([-3, 2, 2, 7], [0, 0, 1, 1])); // 0.875
 */
export function aucOf(scores: ArrayInput, labels: ArrayInput): number {
  const { normal, other } = byLabel('aucOf', scores, labels);
  return aucOfSorted(normal, other);
}

function aucOfSorted(normal: Float64Array, other: Float64Array): number {
  let [below, upTo, pairs] = [0, 0, 0];
  for (const score of other) {
    while (normal[below]! < score) below++;
    while (normal[upTo]! <= score) upTo++;
    pairs += (below + upTo) / 2;
  }
  return pairs / (normal.length * other.length);
}

/** The scores of each label, in rising order. */
function byLabel(owner: string, scores: ArrayInput, labels: ArrayInput) {
  const [given, known] = [toFloat64(scores).data, toFloat64(labels).data];
  if (given.length !== known.length)
    throw new ShapeError(`${owner}: labels must be [${given.length}], one per score, got [${known.length}]`);
  if (given.some(Number.isNaN)) throw new DomainError(`${owner}: scores must be numbers, got NaN`);
  const wrong = known.find((label) => label !== 0 && label !== 1);
  if (wrong !== undefined) throw new DomainError(`${owner}: labels must be 0 or 1, got ${wrong}`);
  const of = (label: number) => sortNumbers(given.filter((_, i) => known[i] === label)).values;
  const [normal, other] = [of(0), of(1)];
  if (normal.length === 0 || other.length === 0)
    throw new DomainError(`${owner}: labels must hold both 0 and 1, got ${known.length} of one kind`);
  return { normal, other };
}
