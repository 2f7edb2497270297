import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectWithin, normals, onBoth, put, seed, useKernels } from '../test/both.js';

beforeAll(useKernels);

const small = fc.integer({ min: 1, max: 4 });

describe('gathering', () => {
  it('by indices of each batch equals that of the cpu backend, over any number of batches and any axis', () =>
    fc.assert(
      fc.asyncProperty(
        ...([fc.array(small, { maxLength: 3 }), fc.array(small, { maxLength: 2 }), small] as const),
        ...([fc.array(small, { maxLength: 2 }), fc.array(small, { maxLength: 2 }), seed] as const),
        async (batch, outer, n, inner, taken, at) => {
          const x = normals([...batch, ...outer, n, ...inner], at);
          const shape = [...batch, ...taken];
          const size = shape.reduce((a, b) => a * b, 1);
          const indices = { shape, data: Int32Array.from({ length: size }, (_, i) => ((i + at) * 7) % n) };
          const axis = batch.length + outer.length;
          const { here, there } = await onBoth(() => [tf.gather(put(x), put(indices) as never, axis, batch.length)]);
          expectWithin(here[0]!, there[0]!, () => 0);
        },
      ),
      { numRuns: 100 },
    ));

  it('takes whole numbers, and refuses indices that are none', () => {
    const x = tf.tensor2d([[1, 2], [3, 4]], [2, 2], 'int32'); // prettier-ignore
    const take = (...indices: number[]) => tf.gather(x, tf.tensor2d(indices, [2, 1], 'int32'), 1, 1);
    expect([take(1, 0).dtype, ...take(1, 0).dataSync()]).toEqual(['int32', 2, 3]);
    expect(() => take(0, 2)).toThrow('gather: indices must be in [0, 1], got 2');
  });
});
