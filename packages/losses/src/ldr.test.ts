import { DataError, DomainError, type NdArray, ShapeError, ndarray } from '@surprisal/core';
import { type EngineName, type Tensor, gradientsOf, mul, sum, tidy, toTensor } from '@surprisal/core/tensor';
import { everyEngine, goldens, labels, logits, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AldrKl, type AldrOptions, adaptedTemperature, aldrKl, klToUniform } from './aldr.js';
import { crossEntropy } from './comp-sum.js';
import { ldrK, ldrKl } from './ldr.js';
import type { Loss } from './loss.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());

const meanAndGradient = (loss: Loss, scores: NdArray, target: NdArray, options: AldrOptions = {}) => {
  const mean = { ...options, reduction: 'mean' } as const;
  const { value, gradients } = gradientsOf((h) => loss(h, target, mean), [toTensor(scores)]);
  return { loss: value, gradient: gradients[0]! };
};

/** Slice i of a stack along the first axis. */
const at = ({ shape, data }: NdArray, i: number): NdArray => {
  const size = data.length / shape[0]!;
  return ndarray(data.slice(i * size, (i + 1) * size), shape.slice(1));
};

goldens(
  import.meta.url,
  '11-ldr',
  {
    ldrKlLoss({ inputs, params }) {
      const each = (params.lambda as number[]).map((lambda, i) => {
        const loss = ldrKl({ lambda: Math.min(lambda, 1e30), margin: params.margin[i], normalize: params.normalize });
        return {
          each: loss(inputs.logits, inputs.labels),
          ...meanAndGradient(loss, inputs.logits, inputs.labels),
        };
      });
      return {
        loss_per_sample: each.map(({ each }) => each),
        loss: each.map(({ loss }) => loss),
        grad_logits: each.map(({ gradient }) => gradient),
      };
    },
    async aldrKlLoss({ inputs, params }) {
      const { lambda0, alpha, margin, normalize, numSamples } = params;
      const loss = aldrKl({ lambda0, alpha, margin, normalize, numSamples });
      const calls = [];
      for (let call = 0; call < inputs.logits.shape[0]; call++) {
        const options = { sampleIds: at(inputs.sample_ids, call) };
        const step = meanAndGradient(loss, at(inputs.logits, call), at(inputs.labels, call), options);
        calls.push({ ...step, state: Array.from((await loss.temperatures()).data) });
      }
      return {
        loss: calls.map((call) => call.loss),
        grad_logits: calls.map(({ gradient }) => gradient),
        lambda_state_after_call: calls.map(({ state }) => state),
      };
    },
    aldrLambdaUpdate({ inputs, params }) {
      const current = toTensor(new Float32Array(inputs.logits.shape[0]).fill(params.lambda_current));
      const kl = klToUniform(toTensor(inputs.logits), current);
      return { kl_to_uniform: kl, lambda_new: adaptedTemperature(kl, params.lambda0, params.alpha) };
    },
  },
  { engines: everyEngine, partial: true },
);

const runs = { numRuns: 50 };
const plain = { normalize: 'none', margin: 0.5 } as const;

onEngines(engines, () => {
  describe('LDR-KL', () => {
    it('falls with lambda, between the mean and the largest margin violation', () => {
      fc.assert(
        fc.property(logits(4, 5), labels(4, 5), (h, y) => {
          let before = values(ldrKl({ lambda: 0, ...plain })(h, y));
          values(ldrK({ k: 1, ...plain })(h, y)).forEach((largest, i) => expect(largest).toBe(before[i]));
          for (const lambda of [0.1, 1, 10, 1e3, 1e30]) {
            const now = values(ldrKl({ lambda, ...plain })(h, y));
            now.forEach((value, i) =>
              expect(value).toBeLessThanOrEqual(before[i]! + 1e-5 * (1 + Math.abs(before[i]!))),
            );
            before = now;
          }
          values(ldrK({ k: 5, ...plain })(h, y)).forEach((mean, i) => expect(before[i]).toBeCloseTo(mean, 4));
        }),
        runs,
      );
    });

    it('without margin is lambda cross-entropy of logits / lambda, minus lambda log K', () => {
      fc.assert(
        fc.property(logits(4, 5), labels(4, 5), fc.constantFrom(0.5, 1, 10), (h, y, lambda) => {
          const loss = values(ldrKl({ lambda, normalize: 'none', margin: 0 })(h, y));
          tidy(() => values(mul(crossEntropy()(mul(toTensor(h), 1 / lambda), y), lambda))).forEach((value, i) =>
            expect(Math.abs(loss[i]! - (value - lambda * Math.log(5)))).toBeLessThanOrEqual(
              1e-5 * (1 + value + lambda),
            ),
          );
        }),
        runs,
      );
    });

    it('has gradient rows that sum to 0 without normalisation, and does not change when all logits move together', () => {
      fc.assert(
        fc.property(logits(3, 4), labels(3, 4), fc.integer({ min: -5, max: 5 }), (h, y, shift) => {
          const loss = ldrKl({ lambda: 2, ...plain });
          const { gradients } = gradientsOf((x) => sum(loss(x, y)), [toTensor(h)]);
          values(sum(gradients[0]!, 1)).forEach((total) => expect(Math.abs(total)).toBeLessThanOrEqual(1e-6));
          const moved = ndarray(
            h.data.map((value) => value + shift),
            h.shape,
          );
          values(loss(moved, y)).forEach((value, i) => expect(value).toBeCloseTo(values(loss(h, y))[i]!, 4));
        }),
        runs,
      );
    });

    it('is bounded by K + margin for softplus scores of mean 1', () => {
      fc.assert(
        fc.property(logits(4, 5, 1e6), labels(4, 5), (h, y) => {
          values(ldrKl({ lambda: 10, margin: 0.1 })(h, y)).forEach((value) =>
            expect(Math.abs(value)).toBeLessThanOrEqual(5 + 0.1 + 1e-5),
          );
        }),
        runs,
      );
    });

    it('takes scores that are all 0, and an only label that is masked', () => {
      expect(values(ldrKl({ normalize: 'l1mean', margin: 0 })([[0, 0]], [1]))[0]).toBeCloseTo(0, 6);
      expect(values(ldrKl(plain)([[1, 2, -Infinity]], [2]))[0]).toBe(Infinity);
      expect(values(ldrKl({ lambda: 0, ...plain })([[1, -Infinity, -Infinity]], [2]))[0]).toBe(Infinity);
      expect(values(ldrK({ k: 3, ...plain })([[1, -Infinity, 0]], [0]))[0]).toBeCloseTo((0 - 0.5) / 2, 6);
    });

    it('refuses parameters out of range', () => {
      expect(() => ldrKl({ lambda: -1 })).toThrow(new DomainError('ldr-kl: lambda must be at least 0, got -1'));
      expect(() => ldrK({ k: 0 })).toThrow(DomainError);
      expect(() => aldrKl({ alpha: 1 })).toThrow(new DomainError('aldr-kl: alpha must be greater than 1, got 1'));
    });
  });

  describe('ALDR-KL', () => {
    const batch = [
      [2, -1, 0.5],
      [0.1, 0, -0.1],
    ];

    it('tends to LDR-KL at lambda0 as alpha grows, and is it without ids', () => {
      const fixed = values(ldrKl({ lambda: 3, normalize: 'l1mean' })(batch, [0, 1]));
      const loss = aldrKl({ lambda0: 3, alpha: 1e6, numSamples: 2 });
      values(loss(batch, [0, 1], { sampleIds: [0, 1] })).forEach((value, i) => expect(value).toBeCloseTo(fixed[i]!, 5));
      values(aldrKl({ lambda0: 3 })(batch, [0, 1])).forEach((value, i) => expect(value).toBeCloseTo(fixed[i]!, 6));
      loss.memory.reset();
    });

    it('changes the temperatures of the ids alone, within [lambda0 (1 - 1/alpha), lambda0]', async () => {
      await fc.assert(
        fc.asyncProperty(logits(2, 3, 50), async (h) => {
          const loss = aldrKl({ lambda0: 1, alpha: 2, numSamples: 4 });
          loss(h, [0, 1], { sampleIds: [3, 1] });
          const [first, second, third, fourth] = (await loss.temperatures()).data;
          expect([first, third]).toEqual([1, 1]);
          for (const value of [second!, fourth!]) {
            expect(value).toBeGreaterThanOrEqual(0.5 - 1e-6);
            expect(value).toBeLessThanOrEqual(1 + 1e-6);
          }
          loss.memory.reset();
        }),
        { numRuns: 20 },
      );
    });

    it('keeps lambda0 for uniform scores, without penalty, and starts anew after reset', async () => {
      const loss = aldrKl({ lambda0: 5, numSamples: 1, margin: 0 });
      expect(values(loss([[1, 1, 1]], [0], { sampleIds: [0] }))[0]).toBeCloseTo(0, 5);
      expect((await loss.temperatures()).data[0]).toBeCloseTo(5, 5);
      loss([[9, 0, 0]], [0], { sampleIds: [0] });
      expect((await loss.temperatures()).data[0]).toBeLessThan(5);
      loss.memory.reset();
      expect((await loss.temperatures()).data[0]).toBe(5);
    });

    it('goes on from what its memory held', async () => {
      const [whole, first, second] = [1, 2, 3].map(() => aldrKl({ numSamples: 3 }));
      const call = (loss: AldrKl) => values(loss(batch, [0, 1], { sampleIds: [2, 0] }));
      call(whole!);
      const continued = call(whole!);
      call(first!);
      second!.memory.write(await first!.memory.read());
      expect(call(second!)).toEqual(continued);
      expect(await second!.memory.read()).toEqual(await whole!.memory.read());
      expect(() => second!.memory.write({})).toThrow(
        new DataError('aldr-kl: memory "temperatures" is missing, got none'),
      );
      expect(() => second!.memory.write({ temperatures: ndarray(new Float32Array(2), [2]) })).toThrow(
        new ShapeError('aldr-kl: memory "temperatures" must be [3], got [2]'),
      );
      for (const loss of [whole!, first!, second!]) loss.memory.reset();
    });

    it('of soft labels is the expectation over the label, with one temperature for the example', async () => {
      const [soft, hard] = [aldrKl({ lambda0: 2, numSamples: 2 }), aldrKl({ lambda0: 2, numSamples: 2 })];
      const mixed = values(soft([batch[0]!], [[0.25, 0.75, 0]], { sampleIds: [1] }))[0]!;
      const parts = [0, 1].map((label) => {
        hard.memory.reset();
        return values(hard([batch[0]!], [label], { sampleIds: [1] }))[0]!;
      });
      expect(mixed).toBeCloseTo(0.25 * parts[0]! + 0.75 * parts[1]!, 5);
      soft.memory.reset();
      hard.memory.reset();
    });

    it('refuses ids out of range and of another length', () => {
      const loss = aldrKl({ numSamples: 2 });
      expect(() => loss(batch, [0, 1], { sampleIds: [0, 2] })).toThrow(
        new DomainError('aldr-kl: sampleIds must be from 0 to 1, got 2; set numSamples'),
      );
      expect(() => loss(batch, [0, 1], { sampleIds: [0] })).toThrow(ShapeError);
    });
  });
});
