import { DomainError, type NdArray, ndarray } from '@surprisal/core';
import { type EngineName, type Tensor, gradientsOf, mean, sum, tensor1d, toTensor } from '@surprisal/core/tensor';
import { expectGradient, expectNoLeak, everyEngine, goldens, labels, logits, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossEntropy } from './comp-sum.js';
import { coverageWeight, dcoFromLogProb, dcoWeightedCrossEntropy, directCoverage, effectiveBatchMask } from './dco.js';
import { dcoSequence, dcoStepwise } from './sequence-cross-entropy.js';
import type { CoverageSequenceLoss } from './sequence-cross-entropy.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());

const sequences = (make: (N: number) => CoverageSequenceLoss, inputs: Record<string, NdArray>, budgets: number[]) => {
  const options = { stepIds: inputs.step_ids! };
  const each = budgets.map((N) => {
    const loss = make(N);
    const ofMean = (h: Tensor) => loss(h, inputs.tokens!, { ...options, reduction: 'mean' });
    const { value, gradients } = gradientsOf(ofMean, [toTensor(inputs.logits!)]);
    return {
      each: loss(inputs.logits!, inputs.tokens!, options),
      loss: value,
      gradient: gradients[0]!,
    };
  });
  return {
    loss_per_sequence: each.map(({ each }) => each),
    loss: each.map(({ loss }) => loss),
    grad_logits: each.map(({ gradient }) => gradient),
  };
};

goldens(
  import.meta.url,
  '05-dco',
  {
    dcoFromLogProb({ inputs, params }) {
      const each = (params.N as number[]).map((N) => {
        const { gradients } = gradientsOf((lp) => sum(dcoFromLogProb(lp, N)), [toTensor(inputs.log_prob)]);
        return {
          loss: dcoFromLogProb(inputs.log_prob, N),
          gradient: gradients[0]!,
          weight: coverageWeight(inputs.log_prob, N),
        };
      });
      return {
        loss: each.map(({ loss }) => loss),
        grad_log_prob: each.map(({ gradient }) => gradient),
        weight_F: each.map(({ weight }) => weight),
      };
    },
    dcoLoss({ inputs, params }) {
      const each = (params.N as number[]).map((N) => {
        const loss = directCoverage({ N });
        const { value, gradients } = gradientsOf((h) => mean(loss(h, inputs.labels)), [toTensor(inputs.logits)]);
        return {
          each: loss(inputs.logits, inputs.labels),
          loss: value,
          gradient: gradients[0]!,
        };
      });
      return {
        loss_per_sample: each.map(({ each }) => each),
        loss: each.map(({ loss }) => loss),
        grad_logits: each.map(({ gradient }) => gradient),
      };
    },
    dcoSequence: ({ inputs, params }) => sequences((N) => dcoSequence({ N }), inputs, params.N),
    dcoStepwise: ({ inputs, params }) => sequences((Neff) => dcoStepwise({ Neff }), inputs, params.N),
  },
  { engines: everyEngine, partial: true },
);

const runs = { numRuns: 60 };
const logProbs = fc
  .array(fc.float({ min: -100, max: 0, noNaN: true }), { minLength: 4, maxLength: 4 })
  .map((list) => list.sort((a, b) => a - b));
const budgets = fc.constantFrom(1, 1.5, 2, 16, 256, 1e4, 1e9);

onEngines(engines, () => {
  describe('direct coverage', () => {
    it('lies between -log p - log N and -log p, at least 0, and falls with p and with N', () => {
      fc.assert(
        fc.property(logProbs, budgets, (lps, N) => {
          const losses = values(dcoFromLogProb(lps, N));
          const larger = values(dcoFromLogProb(lps, 2 * N));
          losses.forEach((loss, i) => {
            const slack = 1e-5 * (1 - lps[i]!);
            expect(loss).toBeGreaterThanOrEqual(Math.max(0, -lps[i]! - Math.log(N)) - slack);
            expect(loss).toBeLessThanOrEqual(-lps[i]! + slack);
            expect(larger[i]).toBeLessThanOrEqual(loss + slack);
            if (i > 0) expect(loss).toBeLessThanOrEqual(losses[i - 1]! + slack);
          });
        }),
        runs,
      );
    });

    it('has weights F in [0, 1] that fall with p and with N, about 1 - (N - 1) p / 2 for small N p', () => {
      fc.assert(
        fc.property(logProbs, budgets, (lps, N) => {
          const weights = values(coverageWeight(lps, N));
          const larger = values(coverageWeight(lps, 2 * N));
          weights.forEach((weight, i) => {
            expect(weight).toBeGreaterThanOrEqual(0);
            expect(weight).toBeLessThanOrEqual(1 + 1e-5);
            expect(larger[i]).toBeLessThanOrEqual(weight + 1e-5);
            if (i > 0) expect(weight).toBeLessThanOrEqual(weights[i - 1]! + 1e-5);
            const small = N * Math.exp(lps[i]!);
            if (small < 1e-2) expect(weight).toBeCloseTo(1 - ((N - 1) * Math.exp(lps[i]!)) / 2, 3);
          });
        }),
        runs,
      );
    });

    it('at N = 1 is cross-entropy, value and gradient; else its gradient is smaller', () => {
      fc.assert(
        fc.property(logits(3, 4), labels(3, 4), budgets, (h, y, N) => {
          const gradient = (loss: (x: Tensor) => Tensor) => gradientsOf((x) => sum(loss(x)), [toTensor(h)]);
          const plain = gradient((x) => crossEntropy()(x, y));
          const one = gradient((x) => directCoverage()(x, y));
          expect(values(one.value)[0]).toBeCloseTo(values(plain.value)[0]!, 3);
          const [full, same, less] = [plain, one, gradient((x) => directCoverage({ N })(x, y))].map(({ gradients }) =>
            values(gradients[0]!),
          );
          full!.forEach((slope, i) => {
            expect(same![i]).toBeCloseTo(slope, 5);
            expect(Math.abs(less![i]!)).toBeLessThanOrEqual(Math.abs(slope) + 1e-5);
          });
        }),
        runs,
      );
    });

    it('has the gradient that differences show', async () => {
      await expectGradient(
        (h) => directCoverage({ N: 8 })(h, [0, 2]),
        [ndarray(Float64Array.of(0.3, -1, 2, 0, 0.5, 1), [2, 3])],
      );
      await expectGradient((lp) => dcoFromLogProb(lp, 16), [ndarray(Float64Array.of(-0.5, -3, -6), [3])]);
    });

    it('is 0 with gradient 0 at p = 1, and Infinity with gradient -1 at p = 0', () => {
      const { value, gradients } = gradientsOf((lp) => sum(dcoFromLogProb(lp, 4)), [tensor1d([0])]);
      expect(values(value)[0]).toBeCloseTo(0, 10);
      expect(values(gradients[0]!)[0]).toBeCloseTo(0, 10);
      const never = gradientsOf((lp) => sum(dcoFromLogProb(lp, 4)), [tensor1d([-Infinity])]);
      expect([...values(never.value), ...values(never.gradients[0]!)]).toEqual([Infinity, -1]);
    });

    it('weighs cross-entropy by a probability that was estimated, held constant', () => {
      const at = (lp: Tensor) => sum(dcoWeightedCrossEntropy(lp, [0.25, 1, 0], 4));
      const { value, gradients } = gradientsOf(at, [tensor1d([-2, -3, -1])]);
      const F = (4 * 0.75 ** 3 * 0.25) / (1 - 0.75 ** 4);
      expect(values(value)[0]).toBeCloseTo(2 * F + 1, 5);
      values(gradients[0]!).forEach((slope, i) => expect(slope).toBeCloseTo([-F, 0, -1][i]!, 5));
      expect(values(effectiveBatchMask([0, 0.2, 1], 64, 0.01))).toEqual([1, 0, 0]);
    });

    it('refuses budgets below 1', () => {
      expect(() => directCoverage({ N: 0.5 })).toThrow(new DomainError('dco: N must be at least 1, got 0.5'));
      expect(() => dcoFromLogProb([-1], NaN)).toThrow(
        new DomainError('dcoFromLogProb: N must be a number from 1 on, got NaN'),
      );
      expect(() => effectiveBatchMask([0.5], 2, 1)).toThrow(DomainError);
      expectNoLeak(() => dcoFromLogProb([-1], 3));
    });
  });

  describe('direct coverage of sequences', () => {
    const h = [
      [
        [1, 0],
        [0, 2],
        [0.5, 0],
      ],
    ];

    it('step-wise with one step is that of the sequence; with N = 1 both are the sum of token cross-entropies', () => {
      const tokens = [[0, 0, 1]];
      const one = values(dcoStepwise({ Neff: 6 })(h, tokens, { stepIds: [[0, 0, 0]] }))[0]!;
      expect(one).toBeCloseTo(values(dcoSequence({ N: 6 })(h, tokens))[0]!, 6);
      expect(values(dcoStepwise({ Neff: 6 })(h, tokens))[0]).toBeCloseTo(one, 6);
      const total = values(crossEntropy()(h[0]!, tokens[0]!)).reduce((a, b) => a + b, 0);
      expect(values(dcoSequence()(h, tokens))[0]).toBeCloseTo(total, 5);
      expect(values(dcoStepwise()(h, tokens, { stepIds: [[0, 1, 2]] }))[0]).toBeCloseTo(total, 5);
    });

    it('does not look at padding, and leaves empty sequences out of the mean', () => {
      const both = [h[0]!, h[0]!];
      const options = {
        stepIds: [
          [0, 1, -1],
          [-1, -1, -1],
        ],
      };
      const each = values(
        dcoStepwise({ Neff: 3 })(
          both,
          [
            [0, 1, 99],
            [7, 7, 7],
          ],
          options,
        ),
      );
      expect(each[1]).toBe(0);
      const average = dcoStepwise({ Neff: 3 })(
        both,
        [
          [0, 1, 99],
          [7, 7, 7],
        ],
        { ...options, reduction: 'mean' },
      );
      expect(values(average)[0]).toBeCloseTo(each[0]!, 6);
    });

    it('refuses steps out of range', () => {
      expect(() => dcoStepwise()(h, [[0, 1, 0]], { stepIds: [[0, 1, 3]] })).toThrow(
        new DomainError('dco-stepwise: stepIds must be whole numbers from -1 to 2, got 3'),
      );
    });
  });
});
