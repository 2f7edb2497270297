import { type AnyMethod, DomainError, ShapeError, ndarray } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  gradientsOf,
  layers,
  oneHot,
  sequential,
  sum,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import {
  everyEngine,
  expectGradient,
  expectNoLeak,
  extremeLogits,
  labels,
  logits,
  onEngines,
  runsOn,
  valuesOf,
} from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Loss } from './loss.js';
import plugin from './plugin.js';

/** Every loss must pass these; it joins by being in the plugin's list. */
const losses = plugin.methods.filter((method) => method.info.kind === 'loss') as readonly AnyMethod<'loss'>[];

/** What some losses do not share with the others, by their formulas. */
type Trait = 'not shift-invariant' | 'can be negative' | 'sees each class on its own' | 'forgives a second guess';
const exceptions: Readonly<Record<string, readonly Trait[]>> = {
  // normalised scores
  'ldr-kl': ['not shift-invariant', 'can be negative'],
  'ldr-k': ['not shift-invariant', 'can be negative'],
  'aldr-kl': ['not shift-invariant', 'can be negative'],
  'top-k-cross-entropy': ['forgives a second guess'],
  // sigmoid, one class against the rest
  asymmetric: ['not shift-invariant', 'sees each class on its own'],
  'l2-svm': ['not shift-invariant', 'sees each class on its own'],
};

// ties are for the property tests: differences do not show the gradient at the kink of a maximum
const scores = [
  [1.2, -0.4, 0.3],
  [-2, 0.5, 4],
  [0.25, -0.2, 0.1],
  [-0.8, 3, -1.5],
];
const classes = [0, 1, 2, 1];

describe.each(losses.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  const loss: Loss = method();
  const is = (trait: Trait) => exceptions[method.info.name]?.includes(trait) ?? false;

  onEngines(everyEngine, (engine) => {
    const runs = { numRuns: runsOn(engine, 25) };

    it('gives one finite loss per example, the same every time', async () => {
      const once = await valuesOf(loss(scores, classes));
      expect(once).toHaveLength(4);
      expect(once.every(Number.isFinite)).toBe(true);
      expect(await valuesOf(loss(scores, classes))).toEqual(once);
    });

    it('of a batch is the stack of singles', async () => {
      await fc.assert(
        fc.asyncProperty(logits(5, 4), labels(5, 4), async (batch, target) => {
          const together = await valuesOf(loss(batch, target));
          const singles = await each(together, (_, i) =>
            loss([Array.from(batch.data.subarray(i * 4, i * 4 + 4))], [target[i]!]),
          );
          together.forEach((value, i) => expect(singles[i]).toBeCloseTo(value, 4));
        }),
        runs,
      );
    });

    it('takes one-hot labels for sparse ones', async () => {
      const dense = await valuesOf(tidy(() => loss(scores, oneHot(toTensor(classes, 'int32'), 3))));
      (await valuesOf(loss(scores, classes))).forEach((value, i) => expect(dense[i]).toBeCloseTo(value, 5));
    });

    it('of a soft label is the expectation over the label', async () => {
      const soft = (await valuesOf(loss([scores[1]!], [[0.2, 0.5, 0.3]])))[0]!;
      const parts = await each([0, 1, 2], (label) => loss([scores[1]!], [label]));
      expect(soft).toBeCloseTo(0.2 * parts[0]! + 0.5 * parts[1]! + 0.3 * parts[2]!, 3);
    });

    it('has the gradient that differences show', async () => {
      await expectGradient((h) => loss(h, classes), [ndarray(Float64Array.from(scores.flat()), [4, 3])]);
      await expectGradient((h) => loss(h, [[0.2, 0.5, 0.3]]), [ndarray(Float64Array.from(scores[0]!), [1, 3])]);
    });

    it.skipIf(is('not shift-invariant'))('does not change when all logits of an example move together', async () => {
      await fc.assert(
        fc.asyncProperty(
          logits(3, 4, 5),
          labels(3, 4),
          fc.float({ min: -5, max: 5, noNaN: true }),
          async (batch, target, shift) => {
            const moved = await valuesOf(tidy(() => loss(add(toTensor(batch), shift), target)));
            (await valuesOf(loss(batch, target))).forEach((value, i) =>
              expect(Math.abs(moved[i]! - value)).toBeLessThanOrEqual(1e-3 * (1 + Math.abs(value))),
            );
          },
        ),
        runs,
      );
    });

    it('gives a limit and no NaN for extreme logits, nor does its gradient', async () => {
      await fc.assert(
        fc.asyncProperty(extremeLogits(3, 4), labels(3, 4), async (batch, target) => {
          expect((await valuesOf(loss(batch, target))).some(Number.isNaN)).toBe(false);
          const gradient = await valuesOf(gradientAt(loss, batch, target));
          expect(gradient.some(Number.isNaN)).toBe(false);
        }),
        { numRuns: runsOn(engine, 60) },
      );
    });

    it('takes a class that is masked by -Infinity', async () => {
      const masked = await valuesOf(loss([[1, -Infinity, 2]], [2]));
      expect(masked[0]).toBeGreaterThanOrEqual(is('can be negative') ? -Infinity : 0);
      expect(
        (await valuesOf(gradientAt(loss, ndarray(Float32Array.of(1, -Infinity, 2), [1, 3]), Int32Array.of(2)))).some(
          Number.isNaN,
        ),
      ).toBe(false);
    });

    it('takes one example, two classes, one class', async () => {
      const second = (await valuesOf(loss([[0.3, -0.2]], [1])))[0]!;
      if (is('forgives a second guess')) expect(second).toBe(0);
      else expect(second).toBeGreaterThan(0);
      const alone = (await valuesOf(loss([[0.3]], [0])))[0]!;
      if (is('sees each class on its own')) expect(alone).toBeGreaterThan(0);
      else expect(alone).toBeCloseTo(0, 6);
    });

    it('reduces: mean, sum, weights, class weights, ignored labels', async () => {
      const each = await valuesOf(loss(scores, classes));
      const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
      expect((await valuesOf(loss(scores, classes, { reduction: 'mean' })))[0]).toBeCloseTo(mean(each), 4);
      expect((await valuesOf(loss(scores, classes, { reduction: 'sum' })))[0]).toBeCloseTo(4 * mean(each), 3);
      expect((await valuesOf(loss(scores, classes, { weights: [1, 0, 0, 1], reduction: 'mean' })))[0]).toBeCloseTo(
        (each[0]! + each[3]!) / 2,
        4,
      );
      expect((await valuesOf(loss(scores, classes, { classWeights: [1, 2, 0] })))[1]).toBeCloseTo(2 * each[1]!, 4);
      const ignoring = await valuesOf(loss(scores, [0, -100, 2, 1], { ignoreIndex: -100 }));
      expect(ignoring[1]).toBe(0);
      expect(ignoring[0]).toBeCloseTo(each[0]!, 5);
      expect(
        (await valuesOf(loss(scores, [-100, -100, -100, -100], { ignoreIndex: -100, reduction: 'mean' })))[0],
      ).toBe(0);
    });

    it('leaves no tensors behind', () => {
      expectNoLeak(() => loss(scores, classes, { reduction: 'mean' }));
      expectNoLeak(() =>
        tidy(() => gradientAt(loss, ndarray(Float32Array.from(scores.flat()), [4, 3]), Int32Array.from(classes))),
      );
    });

    it('trains in model.compile', async () => {
      const model = sequential({
        layers: [layers.dense({ units: 3, inputShape: [3], kernelInitializer: 'identity' })],
      });
      model.compile({ optimizer: 'sgd', loss: loss.keras });
      const history = await model.fit(toTensor(scores), oneHot(toTensor(classes, 'int32'), 3).toFloat(), {
        epochs: 5,
        verbose: 0,
      });
      const course = history.history.loss as number[];
      expect(course.at(-1)!).toBeLessThan(course[0]!);
    });

    // values on a GPU are not looked at: that would mean to wait for them
    it.skipIf(engine === 'webgpu')('refuses bad input with one line that says what was expected', () => {
      expect(() => loss([1, 2, 3], [0])).toThrow(
        new ShapeError(`${method.info.name}: logits must be [batch, classes], got [3]`),
      );
      expect(() => loss(scores, [0, 1])).toThrow(
        /labels must be \[batch\] class indices or \[batch, classes\] probabilities with batch = 4, classes = 3, got \[2\]/,
      );
      expect(() => loss(scores, [0, 1, 2, 3])).toThrow(
        new DomainError(`${method.info.name}: labels must be whole numbers from 0 to 2, got 3 at index 3`),
      );
      expect(() => loss(scores, [0, 1, 0.5, 1])).toThrow(DomainError);
      expect(() => loss([[1, NaN, 0]], [0])).toThrow(/logits must be numbers below Infinity .* got NaN in row 0/);
      expect(() =>
        loss(
          [
            [0, 0],
            [1, Infinity],
          ],
          [0, 0],
        ),
      ).toThrow(/got Infinity in row 1/);
      expect(() => loss([[-Infinity, -Infinity]], [0])).toThrow(/got no finite logit in row 0/);
      expect(() => loss(scores, classes, { weights: [1] })).toThrow(ShapeError);
      expect(() => loss(scores, classes, { reduction: 'median' as never })).toThrow(
        /reduction must be one of none, mean, sum, got median/,
      );
    });
  });

  it('refuses parameters that are unknown', () => {
    expect(() => method({ temprature: 1 })).toThrow(DomainError);
  });
});

const gradientAt = (loss: Loss, batch: TensorLike, target: Int32Array): Tensor =>
  gradientsOf((h) => sum(loss(h, target)), [toTensor(batch)]).gradients[0]!;

/** The first value of a tensor for each item. */
const each = <T>(items: readonly T[], compute: (item: T, i: number) => Tensor): Promise<number[]> =>
  Promise.all(items.map(async (item, i) => (await valuesOf(compute(item, i)))[0]!));
