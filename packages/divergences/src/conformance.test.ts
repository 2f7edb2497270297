import { type AnyMethod, DomainError, ShapeError, ndarray } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  concat,
  gradientsOf,
  reshape,
  sum,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import {
  everyEngine,
  expectGradient,
  expectNoLeak,
  extremeLogits,
  logits,
  onEngines,
  probabilities,
  runsOn,
  valuesOf,
} from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Divergence } from './divergence.js';
import plugin from './plugin.js';

/** Every divergence must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(({ info }) => info.kind === 'divergence') as readonly AnyMethod<'divergence'>[];

const scoresP = ndarray(Float64Array.of(1.2, -0.4, 0.3, -0.6, 0.5, 1.4), [2, 3]);
const scoresQ = ndarray(Float64Array.of(-0.3, 0.2, 0.9, 0.1, 0.7, -0.8), [2, 3]);

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  const divergence: Divergence = method();
  const ofLogits = (p: TensorLike, q: TensorLike) => divergence(p, q, { from: 'logits' });

  it('says what it is measured in', () => {
    expect(divergence.unit).toMatch(/^(nats|number)$/);
    expect(divergence.method).toBe(method.info.name);
  });

  onEngines(everyEngine, (engine) => {
    const runs = { numRuns: runsOn(engine, 15) };

    it('is at least 0, the same every time, and 0 from a distribution to itself', async () => {
      await fc.assert(
        fc.asyncProperty(logits(4, 5, 4), logits(4, 5, 4), async (p, q) => {
          const once = await valuesOf(ofLogits(p, q));
          once.forEach((value) => expect(value).toBeGreaterThanOrEqual(-2e-6));
          expect(await valuesOf(ofLogits(p, q))).toEqual(once);
          (await valuesOf(ofLogits(p, p))).forEach((value) => expect(Math.abs(value)).toBeLessThanOrEqual(2e-6));
        }),
        runs,
      );
    });

    it('is at least 0 and no NaN for probabilities with zeros among them', async () => {
      await fc.assert(
        fc.asyncProperty(probabilities(3, 4), probabilities(3, 4), async (p, q) => {
          (await valuesOf(divergence(p, q))).forEach((value) => expect(value).toBeGreaterThanOrEqual(-2e-6));
          (await valuesOf(divergence(p, p))).forEach((value) => expect(Math.abs(value)).toBeLessThanOrEqual(2e-6));
        }),
        runs,
      );
    });

    it('of a batch is the stack of its rows, each as a vector too', async () => {
      await fc.assert(
        fc.asyncProperty(logits(3, 4, 4), logits(3, 4, 4), async (p, q) => {
          const together = await valuesOf(ofLogits(p, q));
          for (const [i, value] of together.entries()) {
            const row = [p, q].map(({ data }) => data.slice(4 * i, 4 * i + 4)) as [Float32Array, Float32Array];
            const alone = ofLogits(...row);
            expect(alone.shape).toEqual([]);
            expect(Math.abs((await valuesOf(alone))[0]! - value)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(value)));
          }
        }),
        runs,
      );
    });

    it('is the same from logits, from their probabilities, and from one of each', async () => {
      const softmax = (scores: readonly number[]) => {
        const weights = scores.map(Math.exp);
        return weights.map((weight) => weight / weights.reduce((a, b) => a + b));
      };
      const [p, q] = [
        [0.4, -1, 0.3],
        [-0.2, 0.7, 0],
      ] as const;
      const direct = (await valuesOf(divergence(softmax(p), softmax(q))))[0]!;
      expect((await valuesOf(ofLogits(p, q)))[0]).toBeCloseTo(direct, 5);
      const mixed = divergence(softmax(p), q, { from: { p: 'probabilities', q: 'logits' } });
      expect((await valuesOf(mixed))[0]).toBeCloseTo(direct, 5);
    });

    it('has the gradient that differences show, in both arguments', async () => {
      await expectGradient((p, q) => ofLogits(p!, q!), [scoresP, scoresQ]);
    });

    it('is flat at p = q', async () => {
      const { gradients } = gradientsOf((p, q) => sum(ofLogits(p!, q!)), [toTensor(scoresP), toTensor(scoresP)]);
      for (const gradient of gradients)
        (await valuesOf(gradient)).forEach((slope) => expect(Math.abs(slope)).toBeLessThanOrEqual(2e-6));
    });

    it('gives a limit and no NaN for extreme logits, nor does its gradient', async () => {
      await fc.assert(
        fc.asyncProperty(extremeLogits(3, 4), extremeLogits(3, 4), async (p, q) => {
          expect((await valuesOf(ofLogits(p, q))).some(Number.isNaN)).toBe(false);
          expect((await valuesOf(slopes(ofLogits, p, q))).some(Number.isNaN)).toBe(false);
        }),
        runs,
      );
    });

    it('takes classes masked by -Infinity and probabilities of 0, on either side or both', async () => {
      const masked = [
        [[1, -Infinity, 2], [0.3, 1, -Infinity]],
        [[1, -Infinity, 2], [0.3, -Infinity, 1]],
        [[1, 0, -Infinity], [-Infinity, -Infinity, 1]],
      ] as const; // prettier-ignore
      for (const [p, q] of masked) {
        expect((await valuesOf(ofLogits(p, q)))[0]).toBeGreaterThanOrEqual(0);
        const [a, b] = [p, q].map((row) => ndarray(Float32Array.from(row), [1, 3]));
        expect((await valuesOf(slopes(ofLogits, a!, b!))).some(Number.isNaN)).toBe(false);
      }
      const [a, b] = [ndarray(Float32Array.of(0.5, 0, 0.5), [1, 3]), ndarray(Float32Array.of(0, 0.4, 0.6), [1, 3])];
      expect((await valuesOf(slopes(divergence, a, b))).some(Number.isNaN)).toBe(false);
    });

    it('takes one class and two', async () => {
      expect((await valuesOf(divergence([1], [1])))[0]).toBeCloseTo(0, 6);
      expect((await valuesOf(divergence([0.3, 0.7], [0.6, 0.4])))[0]).toBeGreaterThan(0);
    });

    it('reduces: mean, sum, weights', async () => {
      const [a, b] = (await valuesOf(ofLogits(scoresP, scoresQ))) as [number, number];
      const reduced = (options: object) => valuesOf(divergence(scoresP, scoresQ, { from: 'logits', ...options }));
      expect((await reduced({ reduction: 'mean' }))[0]).toBeCloseTo((a + b) / 2, 5);
      expect((await reduced({ reduction: 'sum' }))[0]).toBeCloseTo(a + b, 5);
      expect(await reduced({ weights: [0, 2] })).toEqual([0, expect.closeTo(2 * b, 5)]);
      expect((await reduced({ weights: [1, 3], reduction: 'mean' }))[0]).toBeCloseTo((a + 3 * b) / 4, 5);
    });

    it('leaves no tensors behind', () => {
      expectNoLeak(() => ofLogits(scoresP, scoresQ));
      expectNoLeak(() => slopes(ofLogits, scoresP, scoresQ));
    });

    // values on a GPU are not looked at: that would mean to wait for them
    it.skipIf(engine === 'webgpu')('refuses bad input with one line that says what was expected', () => {
      const { name } = method.info;
      const row = [0.5, 0.5];
      expect(() => divergence([[row]], [[row]])).toThrow(
        new ShapeError(`${name}: p must be [batch, classes], got [1, 1, 2]`),
      );
      expect(() => divergence(row, [0.5, 0.25, 0.25])).toThrow(
        new ShapeError(`${name}: q must be [classes] with classes = 2, got [3]`),
      );
      expect(() => divergence([row], [row, row])).toThrow(ShapeError);
      expect(() => divergence([row, [1.5, -0.5]], [row, row])).toThrow(
        new DomainError(`${name}: p must be probabilities, at least 0, got -0.5 in row 1`),
      );
      expect(() => divergence(row, [0.5, 0.4])).toThrow(
        new DomainError(`${name}: q must be probabilities that sum to 1 within 0.0001, got a sum of 0.9 in row 0`),
      );
      expect(() => divergence(row, [NaN, 1])).toThrow(/at least 0, got NaN/);
      expect(() => ofLogits([0, NaN], row)).toThrow(/numbers below Infinity, got NaN in row 0/);
      expect(() => ofLogits([row, [0, Infinity]], [row, row])).toThrow(/got Infinity in row 1/);
      expect(() => ofLogits([-Infinity, -Infinity], row)).toThrow(/got no finite logit in row 0/);
      expect(() => divergence(row, row, { from: 'scores' as never })).toThrow(
        /from must be probabilities or logits, got scores/,
      );
      expect(() => divergence([row], [row], { weights: [1, 2] })).toThrow(ShapeError);
      expect(() => divergence(row, row, { reduction: 'median' as never })).toThrow(
        /one of none, mean, sum, got median/,
      );
    });
  });

  it('refuses parameters that are unknown', () => {
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});

/** The gradients with respect to both, in one vector. */
const slopes = (divergence: (p: Tensor, q: Tensor) => Tensor, p: TensorLike, q: TensorLike): Tensor =>
  tidy(() => {
    const { gradients } = gradientsOf((a, b) => sum(divergence(a!, b!)), [toTensor(p), toTensor(q)]);
    return concat(gradients.map((gradient) => reshape(gradient, [-1])));
  });
