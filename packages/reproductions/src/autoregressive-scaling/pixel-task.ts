import { DomainError, Random } from '@surprisal/core';
import { type Scalar, tensor2d, tidy, reshape } from '@surprisal/core/tensor';
import { type ImageClassificationData, type ImageSet, rotate, subset } from '@surprisal/data';
import { crossEntropy } from '@surprisal/losses';
import type { Transformer } from '@surprisal/nn';

/** Pixels of a digit, row by row, from the first to the last: what a model of the next pixel reads. */
export const PIXELS = 64;

/** Grey levels of a pixel. */
export const LEVELS = 16;

/** Digits as sequences of 64 grey levels, one after another. */
export interface PixelTask {
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** The test digits turned by about 1 radian, left or right: no training digit is. */
  readonly shifted: Int32Array;
}

/** MNIST in 8 x 8 pixels: the means of squares of three, without the margin of two pixels. */
export function pixelTask({ train, test }: ImageClassificationData, testDigits: number): PixelTask {
  const chosen = subset(test, new Random(0).split('part').permutation(test.length).subarray(0, testDigits));
  const turned = rotate({ severity: 5 })(chosen, new Random(0).split('turned'));
  return { train: levelsOf(train), test: levelsOf(chosen), shifted: levelsOf(turned) };
}

function levelsOf({ images, length, height, width }: ImageSet): Int32Array {
  if (height !== 28 || width !== 28) throw new DomainError(`pixelTask: images must be of 28 x 28 pixels, got ${height} x ${width}`); // prettier-ignore
  const levels = new Int32Array(length * PIXELS);
  for (let i = 0; i < levels.length; i++) {
    const [image, place] = [Math.floor(i / PIXELS), i % PIXELS];
    const corner = (image * 28 + 2 + 3 * (place >> 3)) * 28 + 2 + 3 * (place & 7);
    let sum = 0;
    for (let y = 0; y < 3; y++) for (let x = 0; x < 3; x++) sum += images[corner + 28 * y + x]!;
    levels[i] = Math.floor((sum * LEVELS) / (9 * 256));
  }
  return levels;
}

const loss = crossEntropy();

/** Mean loss in nats per pixel on some of the digits: of every pixel but the first, which is background in nearly all. */
export function pixelLoss(model: Transformer, digits: Int32Array, chosen: readonly number[]): Scalar {
  const rows = chosen.map((digit) => digits.subarray(digit * PIXELS, (digit + 1) * PIXELS));
  const column = (from: number, to: number) => Int32Array.from(rows.flatMap((row) => [...row.subarray(from, to)]));
  return tidy(() => {
    const seen = tensor2d(column(0, PIXELS - 1), [rows.length, PIXELS - 1], 'int32');
    const logits = reshape(model.call(seen), [-1, LEVELS]);
    return loss(logits, column(1, PIXELS), { reduction: 'mean' }) as Scalar;
  });
}

/** Mean loss in nats per pixel on all of the digits. */
export async function meanPixelLoss(model: Transformer, digits: Int32Array): Promise<number> {
  const count = digits.length / PIXELS;
  let nats = 0;
  for (let at = 0; at < count; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => at + i);
    const mean = pixelLoss(model, digits, batch);
    nats += (await mean.data())[0]! * batch.length;
    mean.dispose();
  }
  return nats / count;
}

/** Digits measured at once. */
const BATCH = 50;
