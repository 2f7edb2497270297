import { DomainError, ShapeError, toNdArray } from '@surprisal/core';
import { Tensor, type TensorLike, cast, readsAtOnce, reshape, toTensor } from '@surprisal/core/tensor';

/** Checked masks. */
export interface Masks {
  /** `[batch, height, width]` class indices (int32), or `[batch, height, width, classes]` probabilities. */
  readonly tensor: Tensor;
  /** Class indices on the host, `[batch * height * width]`; of probabilities, the likeliest class. */
  labels(): Int32Array;
}

/**
 * Checks masks against the shape of the logits. What is given as an array and no tensor can be read on every engine.
 *
 * @throws ShapeError when they are neither class indices nor probabilities of the logits' shape; DomainError when an index or a
 * probability is out of range
 */
export function readSegmentationMasks(owner: string, masks: TensorLike, shape: readonly number[]): Masks {
  const given = masks instanceof Tensor ? masks : toNdArray(masks);
  const classes = shape[3]!;
  const form = formOf(owner, given.shape, shape);
  const host = given instanceof Tensor ? (readsAtOnce() ? given.dataSync() : undefined) : given.data;
  if (host) (form === 'indices' ? checkIndices : checkProbabilities)(owner, host, classes);
  const dtype = form === 'indices' ? 'int32' : 'float32';
  const tensor = reshape(
    given instanceof Tensor ? cast(given, dtype) : toTensor(given, dtype),
    form === 'indices' ? shape.slice(0, 3) : [...shape],
  );
  const values = () => host ?? readNow(owner, tensor);
  const labels = () => (form === 'indices' ? Int32Array.from(values()) : argMaxOfRows(values(), classes));
  return { tensor, labels };
}

function formOf(owner: string, given: readonly number[], shape: readonly number[]): 'indices' | 'probabilities' {
  const pixels = shape.slice(0, 3).join();
  if (given.join() === pixels || given.join() === `${pixels},1`) return 'indices';
  if (given.join() === shape.join()) return 'probabilities';
  const expected = `[${shape.slice(0, 3).join(', ')}] class indices or [${shape.join(', ')}] probabilities`;
  throw new ShapeError(`${owner}: masks must be ${expected}, got [${given.join(', ')}]`);
}

function checkIndices(owner: string, labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    if (Number.isInteger(labels[i]) && labels[i]! >= 0 && labels[i]! < classes) continue;
    throw new DomainError(
      `${owner}: masks must be whole numbers from 0 to ${classes - 1}, got ${labels[i]} at index ${i}`,
    );
  }
}

function checkProbabilities(owner: string, probs: ArrayLike<number>, classes: number): void {
  for (let row = 0; row < probs.length; row += classes) {
    let total = 0;
    for (let c = row; c < row + classes; c++) total = probs[c]! >= 0 ? total + probs[c]! : NaN;
    if (Math.abs(total - 1) <= 1e-3) continue;
    const got = Array.from({ length: classes }, (_, c) => probs[row + c]).join(', ');
    throw new DomainError(
      `${owner}: masks must be probabilities >= 0 with sum 1 within 1e-3, got ${got} in pixel ${row / classes}`,
    );
  }
}

/**
 * The numbers of a tensor.
 *
 * @throws DomainError on engines that cannot give them at once
 */
export function readNow(owner: string, given: Tensor): Float32Array | Int32Array {
  if (readsAtOnce()) return given.dataSync() as Float32Array | Int32Array;
  throw new DomainError(
    `${owner}: the engine must give the numbers of a tensor at once, as cpu, wasm and tensorflow do: topology is computed on the host`,
  );
}

/** The first of the largest numbers of each row of `classes` numbers. */
export function argMaxOfRows(rows: ArrayLike<number>, classes: number): Int32Array {
  return Int32Array.from({ length: rows.length / classes }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (rows[row * classes + c]! > rows[row * classes + best]!) best = c;
    return best;
  });
}
