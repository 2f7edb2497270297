import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { type Host, expectWithin, normals, onBoth, put, seed, shape, useKernels } from '../test/both.js';

beforeAll(useKernels);

const run = (kernel: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor[] =>
  tf.engine().runKernel<tf.Tensor[]>(kernel, inputs, attributes as never);

const rate = fc.constantFrom(1e-3, 0.1, 1);
const share = fc.constantFrom(0, 0.5, 0.9);
const decay = fc.constantFrom(0, 0.01);

async function compare(compute: () => tf.Tensor[], reference: () => tf.Tensor[]): Promise<void> {
  const { here, there } = await onBoth(compute, reference);
  expect(here).toHaveLength(there.length);
  here.forEach((result, i) => expectWithin(result, there[i]!, (value) => 1e-6 * (1 + Math.abs(value))));
}

/** A variable, its gradient, and moments, of which the second is not negative. */
const stateOf = (shape: number[], seed: number): [Host, Host, Host, Host] => {
  const [w, g, m, v] = [0, 1, 2, 3].map((k) => normals(shape, seed + k)) as [Host, Host, Host, Host];
  return [w, g, m, { shape, data: v.data.map(Math.abs) }];
};

it('a step of Adam is what tfjs puts together from many kernels', async () => {
  const attributes = fc.record({
    rate,
    beta1: share,
    beta2: fc.constantFrom(0.9, 0.999),
    epsilon: fc.constant(1e-3),
    weightDecay: decay,
    step: fc.integer({ min: 1, max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(shape(), seed, attributes, async (shape, seed, given) => {
      const { rate, beta1, beta2, epsilon, weightDecay, step } = given;
      const [w, g, m, v] = stateOf(shape, seed);
      await compare(
        () => run('SurprisalAdam', { variable: put(w), gradient: put(g), m: put(m), v: put(v) }, given),
        () => {
          const mean = tf.add(tf.mul(put(m), beta1), tf.mul(put(g), 1 - beta1));
          const square = tf.add(tf.mul(put(v), beta2), tf.mul(tf.square(put(g)), 1 - beta2));
          const size = tf.add(tf.sqrt(tf.div(square, 1 - beta2 ** step)), epsilon);
          const move = tf.div(tf.mul(tf.div(mean, 1 - beta1 ** step), rate), size);
          return [tf.sub(tf.mul(put(w), 1 - rate * weightDecay), move), mean, square];
        },
      );
    }),
    { numRuns: 40 },
  );
});

it.each([true, false])('a step of gradient descent is, with a moment (%s)', async (withMoment) => {
  const attributes = fc.record({ rate, momentum: share, nesterov: fc.boolean(), weightDecay: decay });
  await fc.assert(
    fc.asyncProperty(shape(), seed, attributes, async (shape, seed, given) => {
      const { rate, momentum, nesterov, weightDecay } = given;
      const [w, g, a] = stateOf(shape, seed);
      await compare(
        () => {
          const state = { variable: put(w), gradient: put(g) };
          return run('SurprisalSgd', withMoment ? { ...state, moment: put(a) } : state, given);
        },
        () => {
          const moment = tf.add(tf.mul(put(a), momentum), put(g));
          const ahead = nesterov ? tf.add(put(g), tf.mul(moment, momentum)) : moment;
          const direction = withMoment ? ahead : put(g);
          const moved = tf.sub(tf.mul(put(w), 1 - rate * weightDecay), tf.mul(direction, rate));
          return withMoment ? [moved, moment] : [moved];
        },
      );
    }),
    { numRuns: 40 },
  );
});
