import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectWithin, normals, onBoth, put, seed, shape, useKernels } from '../test/both.js';

beforeAll(useKernels);

const kinds = [
  ['float32', (x: tf.Tensor) => x],
  ['int32', (x: tf.Tensor) => tf.cast(tf.mul(x, 100), 'int32')],
  ['bool', (x: tf.Tensor) => tf.greater(x, 0)],
] as const;

/** A shape, and a place and a size along each axis that fit into it. */
const cuts = shape(6)
  .filter((shape) => shape.length > 0)
  .chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    cut: fc.tuple(
      ...shape.map((size) =>
        fc.integer({ min: 0, max: size }).chain((begin) => fc.tuple(fc.constant(begin), fc.integer({ min: 0, max: size - begin }))),
      ),
    ),
  }),
); // prettier-ignore

const withAxis = shape(5)
  .filter((shape) => shape.length > 0)
  .chain((shape) => fc.record({ shape: fc.constant(shape), axis: fc.nat({ max: shape.length - 1 }) }));

async function expectSame(compute: () => tf.Tensor[]) {
  const { here, there } = await onBoth(compute);
  expect(here.length).toBe(there.length);
  here.forEach((host, i) => expectWithin(host, there[i]!, () => 0));
}

describe.each(kinds)('of %s', (dtype, of) => {
  const wild = dtype === 'float32';

  it('slices equal those of the cpu backend', () =>
    fc.assert(
      fc.asyncProperty(cuts, seed, ({ shape, cut }, at) => {
        const [begin, size] = [0, 1].map((i) => cut.map((pair) => pair[i]!));
        return expectSame(() => [tf.slice(of(put(normals(shape, at, wild))), begin!, size)]);
      }),
      { numRuns: 80 },
    ));

  it('parts and places along an axis do, and make the whole again', () =>
    fc.assert(
      fc.asyncProperty(withAxis, fc.array(fc.nat({ max: 4 }), { maxLength: 4 }), seed, ({ shape, axis }, sizes, at) => {
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const x = () => of(put(normals(shape.with(axis, total), at, wild)));
        return expectSame(() => {
          const parts = sizes.length > 0 ? tf.split(x(), sizes, axis) : [];
          const places = tf.unstack(x(), axis);
          return [
            ...[...parts, ...places],
            ...(parts.length > 0 ? [tf.concat(parts, axis)] : []),
            ...(places.length > 0 ? [tf.stack(places, axis)] : []),
          ];
        });
      }),
      { numRuns: 80 },
    ));
});

describe('what is cut and joined', () => {
  it.each([
    [
      [1500, 96],
      [3, 7],
      [1490, 80],
    ],
    [
      [40, 30, 50],
      [1, 0, 0],
      [38, 30, 50],
    ],
    [
      [4, 300, 3, 40],
      [1, 2, 0, 0],
      [3, 290, 2, 40],
    ],
  ])('is divided over threads: %o from %o on', (shape, begin, size) => {
    const x = normals(shape, 1);
    return expectSame(() => [
      tf.slice(put(x), begin, size),
      ...tf.split(put(x), 2, 0),
      tf.concat([put(x), put(x), put(x)], 1),
      tf.stack([put(x), put(x)], -1),
    ]);
  });

  it('keeps the kinds of numbers apart, and refuses what does not fit', () => {
    const [whole, real] = [tf.tensor1d([1, 2], 'int32'), tf.tensor1d([0.5])];
    expect(Array.from(tf.concat([real, tf.cast(whole, 'float32')]).dataSync())).toEqual([0.5, 1, 2]);
    expect(() => tf.slice(whole, [1], [2])).toThrow('begin[0] + size[0] (3) would overflow input.shape[0] (2)');
    expect(() => tf.stack([whole, tf.zeros([3], 'int32')])).toThrow('stack: all tensors must have the same shape');
    expect(() => tf.concat([tf.zeros([2, 2]), tf.zeros([2, 3])], 0)).toThrow('(2,3) does not match');
  });

  it('passes gradients on', () => {
    const gradient = tf.grad((x) => {
      const [first, second] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
      const [a, , c] = tf.unstack(tf.concat([tf.mul(second, 2), first], 0), 0) as [tf.Tensor, tf.Tensor, tf.Tensor];
      return tf.sum(tf.mul(tf.stack([a, c]), tf.slice(x, [0, 0], [2, 2])));
    });
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]);
    // 2 x13 x11 + 2 x14 x12 + x11 x21 + x12 x22 where the rows of the concatenation are 2 second, then first
    expect(Array.from(gradient(x).dataSync())).toEqual([11, 14, 2, 4, 1, 2, 0, 0]);
  });

  it('leaves nothing behind', () => {
    const x = put(normals([6, 7, 4], 1));
    const step = () =>
      tf.tidy(() => void [tf.concat(tf.split(x, 2, 0)), tf.stack(tf.unstack(x, 1)), tf.slice(x, [1, 1, 1], [2, 2, 2])]);
    step();
    const [before, { wasm }] = [tf.memory(), tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }];
    const bytes = wasm.HEAPU8.length;
    for (let i = 0; i < 2000; i++) step();
    expect(tf.memory()).toEqual(before);
    expect(wasm.HEAPU8.length).toBe(bytes);
  });
});
