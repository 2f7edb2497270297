import { DomainError } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  checkShape,
  expandDims,
  fill,
  greater,
  log,
  logSoftmax,
  onesLike,
  readsAtOnce,
  toTensor,
  where,
} from '@surprisal/core/tensor';

/** How a distribution is written down: as probabilities, or as scores whose softmax it is. */
export type Form = 'probabilities' | 'logits';

/** Probabilities may sum to 1 within this much: what float32 leaves of a thousand classes. They are used as they are. */
export const SUM_TOLERANCE = 1e-4;

/** Distributions that were checked: rows `[batch, classes]` in the form and the shape in which they were given. */
export interface Distributions {
  readonly rows: Tensor;
  readonly form: Form;
  readonly shape: readonly number[];
}

/**
 * Reads distributions, `[classes]` or `[batch, classes]`.
 *
 * @throws ShapeError for another rank or another size; DomainError for what is no distribution
 */
export function readDistributions(
  owner: string,
  argument: string,
  value: TensorLike,
  form: Form,
  shape?: readonly number[],
): Distributions {
  const given = toTensor(value);
  checkDistributionShape(owner, argument, given, shape);
  if (form !== 'probabilities' && form !== 'logits') {
    throw new DomainError(`${owner}: from must be probabilities or logits, got ${String(form)}`);
  }
  checkRows(owner, argument, given, form);
  return { rows: given.rank === 1 ? expandDims(given, 0) : given, form, shape: given.shape };
}

/** Their log-probabilities, -Infinity where a probability is 0 or a logit is masked. The gradient at such a class is 0. */
export const logProbsOf = ({ rows, form }: Distributions): Tensor =>
  form === 'logits' ? logSoftmax(rows) : logOf(rows);

function checkDistributionShape(owner: string, argument: string, given: Tensor, shape?: readonly number[]) {
  const contract = (shape?.length ?? given.rank) === 1 ? ['classes'] : ['batch', 'classes'];
  const known = shape && Object.fromEntries(contract.map((name, i) => [name, shape[i]!]));
  checkShape(owner, argument, given, contract, known);
}

/** The logarithm, whose derivative at 0 is not asked for. */
function logOf(probabilities: Tensor): Tensor {
  const possible = greater(probabilities, 0);
  const logs = log(where(possible, probabilities, onesLike(probabilities)));
  return where(possible, logs, fill(probabilities.shape, -Infinity));
}

function checkRows(owner: string, argument: string, given: Tensor, form: Form) {
  if (!readsAtOnce()) return;
  const values = given.dataSync();
  const classes = given.shape.at(-1)!;
  for (let start = 0; start < values.length; start += classes) {
    const problem = (form === 'logits' ? wrongLogits : wrongProbabilities)(values, start, start + classes);
    if (problem) throw new DomainError(`${owner}: ${argument} must be ${problem} in row ${start / classes}`);
  }
}

function wrongProbabilities(values: ArrayLike<number>, start: number, end: number): string | undefined {
  let sum = 0;
  for (let i = start; i < end; i++) {
    if (!(values[i]! >= 0)) {
      return `probabilities, at least 0, got ${values[i]}`;
    }
    sum += values[i]!;
  }
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return undefined;
  return `probabilities that sum to 1 within ${SUM_TOLERANCE}, got a sum of ${Number(sum.toPrecision(6))}`;
}

function wrongLogits(values: ArrayLike<number>, start: number, end: number): string | undefined {
  let finite = false;
  for (let i = start; i < end; i++) {
    if (Number.isNaN(values[i]!) || values[i] === Infinity) return `numbers below Infinity, got ${values[i]}`;
    finite ||= values[i] !== -Infinity;
  }
  return finite ? undefined : 'logits of which one is finite, got no finite logit';
}
