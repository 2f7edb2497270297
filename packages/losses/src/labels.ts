import { DomainError, ShapeError } from '@surprisal/core';
import {
  type Dimensions,
  Tensor,
  type TensorLike,
  add,
  cast,
  checkShape,
  max,
  mul,
  notEqual,
  readsAtOnce,
  scalar,
  stopGradient,
  toTensor,
  where,
  zerosLike,
} from '@surprisal/core/tensor';

/** Checked labels: sparse class indices `[batch]`, or dense probabilities `[batch, classes]`. */
export interface Labels {
  readonly sparse: boolean;
  readonly tensor: Tensor;
  /** `[batch]`, 0 for the examples that are ignored and 1 for the others; absent when none can be. */
  readonly kept?: Tensor;
}

/**
 * Checks labels against the logits' dimensions.
 *
 * @throws ShapeError when they are neither [batch] nor [batch, classes]; DomainError when a label is out of range
 */
export function readLabels(
  owner: string,
  labels: TensorLike,
  { batch, classes }: Dimensions,
  ignoreIndex?: number,
): Labels {
  const given = toTensor(labels, dtypeOf(labels));
  if (given.rank === 2) {
    checkShape(owner, 'labels', given, ['batch', 'classes'], { batch: batch!, classes: classes! });
    return { sparse: false, tensor: cast(given, 'float32') };
  }
  if (given.rank !== 1 || given.shape[0] !== batch) {
    const expected = `[batch] class indices or [batch, classes] probabilities with batch = ${batch}, classes = ${classes}`;
    throw new ShapeError(`${owner}: labels must be ${expected}, got [${given.shape.join(', ')}]`);
  }
  checkRange(owner, given, classes!, ignoreIndex);
  const indices = cast(given, 'int32');
  if (ignoreIndex === undefined) return { sparse: true, tensor: indices };
  const kept = notEqual(indices, scalar(ignoreIndex, 'int32'));
  return { sparse: true, tensor: where(kept, indices, zerosLike(indices)), kept: cast(kept, 'float32') };
}

/**
 * Refuses logits that have no softmax, found by their loss: NaN comes from NaN, from +Infinity, or from a row of -Infinity.
 *
 * @throws DomainError that names the first such row
 */
export function checkFinite(owner: string, losses: Tensor, logits: Tensor): void {
  if (!readsAtOnce()) return;
  const row = losses.dataSync().findIndex(Number.isNaN);
  if (row < 0) return;
  const scores = Array.from(logits.dataSync().slice(row * logits.shape[1]!, (row + 1) * logits.shape[1]!));
  const got = scores.some(Number.isNaN) ? 'NaN' : scores.includes(Infinity) ? 'Infinity' : 'no finite logit';
  throw new DomainError(
    `${owner}: logits must be numbers below Infinity with one finite in each row, got ${got} in row ${row}; if this came up in training, the model has diverged: lower the learning rate`,
  );
}

/**
 * The losses, NaN in the rows that {@link checkFinite} refuses: for formulas that would hide such a row, as a hinge of NaN may be 0.
 *
 * @param losses `[batch]`
 * @param logits `[batch, classes]`
 */
export const withoutHiding = (losses: Tensor, logits: Tensor): Tensor =>
  add(
    losses,
    stopGradient((scores) => mul(max(scores, 1), 0), [logits]),
  );

function checkRange(owner: string, labels: Tensor, classes: number, ignoreIndex?: number) {
  if (!readsAtOnce()) return;
  const valid = (label: number) => (Number.isInteger(label) && label >= 0 && label < classes) || label === ignoreIndex;
  const values = labels.dataSync();
  const at = values.findIndex((label) => !valid(label));
  if (at < 0) return;
  const ignored = ignoreIndex === undefined ? '' : `, or ${ignoreIndex} to be ignored`;
  throw new DomainError(
    `${owner}: labels must be whole numbers from 0 to ${classes - 1}${ignored}, got ${values[at]} at index ${at}`,
  );
}

/** Float labels keep their type until they are checked, so that 1.5 is refused and not rounded. */
const dtypeOf = (labels: TensorLike) => (labels instanceof Tensor && labels.dtype === 'int32' ? 'int32' : 'float32');
