import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EPSILON, expectWithin, normals, onBoth, put, seed, size, useKernels } from '../test/both.js';

beforeAll(useKernels);

const run = (kernel: string, inputs: Record<string, tf.Tensor>, attributes = {}): tf.Tensor[] =>
  [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, inputs, attributes)].flat();

/** Some points and others, of some dimensions; both are seldom many. */
const layout = fc.tuple(fc.oneof(size(9), size(40)), size(40), fc.integer({ min: 1, max: 9 }), seed, fc.boolean());

const differences = (x: tf.Tensor, y: tf.Tensor) => tf.sub(tf.expandDims(x, 1), tf.expandDims(y, 0));
/** sum_j w_ij (x_i - y_j) */
const pulls = (w: tf.Tensor, apart: tf.Tensor) => tf.sum(tf.mul(tf.expandDims(w, 2), apart), 1);

describe('squared distances of all pairs', () => {
  it('and their gradients are those of differences on the cpu backend, also with NaN and infinities', () =>
    fc.assert(
      fc.asyncProperty(layout, async ([n, m, d, at, wild]) => {
        const [x, y, dy] = [normals([n, d], at, wild), normals([m, d], at + 1), normals([n, m], at + 2)];
        const { here, there } = await onBoth(
          () => {
            const given = { x: put(x), y: put(y) };
            return ['', 'GradX', 'GradY'].flatMap((ending) =>
              run(`SurprisalSquaredDistances${ending}`, ending ? { dy: put(dy), ...given } : given),
            );
          },
          () => {
            const [left, right, w] = [put(x), put(y), put(dy)];
            const both = (weights: tf.Tensor, apart: tf.Tensor) => [
              tf.mul(pulls(weights, apart), 2),
              tf.mul(pulls(tf.abs(weights), tf.abs(apart)), 2),
            ];
            const apart = differences(left, right);
            return [tf.sum(tf.square(apart), 2), ...both(w, apart), ...both(tf.transpose(w), differences(right, left))];
          },
        );
        expectWithin(here[0]!, there[0]!, (value) => 2 * (d + 2) * EPSILON * value + 1e-37);
        const bound = (sizes: number, terms: number) => (_: number, i: number) =>
          2 * (terms + 2) * EPSILON * there[sizes]!.data[i]! + 1e-37;
        expectWithin(here[1]!, there[1]!, bound(2, m));
        expectWithin(here[2]!, there[3]!, bound(4, n));
      }),
      { numRuns: 80 },
    ));

  it('are 0 of a point and itself, and the same both ways', () => {
    const x = put(normals([21, 5], 3));
    const d = run('SurprisalSquaredDistances', { x, y: x })[0]!;
    const values = d.arraySync() as number[][];
    values.forEach((row, i) => expect(row[i]).toBe(0));
    expect(tf.transpose(d).arraySync()).toEqual(values);
  });
});

describe('sums of Gaussian kernels', () => {
  it('and their gradients are those of all pairs on the cpu backend', () =>
    fc.assert(
      fc.asyncProperty(layout, fc.constantFrom(1, 3), async ([n, m, d, at], bandwidth) => {
        fc.pre(m > 0);
        const [x, y, w, dy] = [
          ...[normals([n, d], at), normals([m, d], at + 1)],
          ...[normals([m], at + 2), normals([n], at + 3)],
        ] as const;
        const { here, there } = await onBoth(
          () => {
            const given = { x: put(x), y: put(y), logWeights: put(w) };
            const [values, statistics] = run('SurprisalLogGaussianKernelSums', given, { bandwidth });
            const more = { dy: put(dy), ...given, statistics: statistics! };
            return [
              values!,
              ...['X', 'Y'].flatMap((side) => run(`SurprisalLogGaussianKernelSumsGrad${side}`, more, { bandwidth })),
            ];
          },
          () => {
            const apart = differences(put(x), put(y));
            const exponents = tf.sub(put(w), tf.div(tf.sum(tf.square(apart), 2), 2 * bandwidth ** 2));
            const values = tf.logSumExp(exponents, 1, true);
            const shares = tf.mul(tf.expandDims(put(dy), 1), tf.exp(tf.sub(exponents, values)));
            const both = (c: tf.Tensor, apart: tf.Tensor) =>
              [pulls(c, apart), pulls(tf.abs(c), tf.abs(apart))].map((pull) => tf.div(pull, bandwidth ** 2));
            return [
              tf.reshape(values, [-1]),
              ...both(shares, tf.neg(apart)),
              ...both(tf.transpose(shares), tf.transpose(apart, [1, 0, 2])),
              ...[shares, tf.abs(shares)].map((c) => tf.sum(c, 0)),
            ];
          },
        );
        // Exponents of a size of 100 at most are rounded by 100 EPSILON, and so are the kernels, relatively.
        expectWithin(here[0]!, there[0]!, (value) => 100 * EPSILON * (1 + Math.abs(value)));
        [1, 2, 3].forEach((k) =>
          expectWithin(here[k]!, there[2 * k - 1]!, (_, i) => 400 * EPSILON * there[2 * k]!.data[i]! + 1e-37),
        );
      }),
      { numRuns: 80 },
    ));
});
