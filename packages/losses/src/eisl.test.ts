import { DomainError, type NdArray, Random, ShapeError, ndarray } from '@surprisal/core';
import {
  type EngineName,
  type Tensor,
  type Tensor4D,
  conv2d,
  eye,
  gather,
  gradientsOf,
  reshape,
  sum,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import { everyEngine, goldens, logits as matrices, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editInvariant } from './eisl.js';
import { tokenCrossEntropy } from './sequence-cross-entropy.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());
const valueOf = (tensor: Tensor) => values(tensor)[0]!;

goldens(
  import.meta.url,
  '19-eisl',
  {
    eislLoss({ inputs, params, expected }) {
      const { logits, targets } = inputs;
      const { ngrams, weights, tau, log_prob_floor: logProbFloor } = params;
      const loss = editInvariant({ ngrams, weights, tau, logProbFloor });
      const noises = Object.entries(inputs as Record<string, NdArray>).flatMap(([name, noise]) => {
        const n = /^gumbel_noise_(\d+)gram$/.exec(name)?.[1];
        return n ? [[n, noise] as const] : [];
      });
      const options = {
        ...(noises.length > 0 && { noise: Object.fromEntries(noises) }),
        ...(inputs.output_lengths && { outputLengths: inputs.output_lengths, targetLengths: inputs.target_lengths }),
      };
      const ofMean = (h: Tensor) => loss(h, targets, { ...options, reduction: 'mean' });
      const { value, gradients } = gradientsOf(ofMean, [toTensor(logits)]);
      const tables = loss.tables(logits, targets, ngrams[0]);
      return {
        loss: value,
        grad_logits: gradients[0]!,
        loss_per_sequence: loss(logits, targets, options),
        mean_log_g: tables.meanLogProb,
        position_weights: tables.weights,
        ...('token_mean_cross_entropy' in expected && {
          token_mean_cross_entropy: tokenCrossEntropy()(logits, targets, { reduction: 'mean' }),
        }),
      };
    },
    eislEditInvariance({ inputs }) {
      const { targets, logits } = inputs;
      const [edits, length] = targets.shape;
      const same = ndarray(
        Float64Array.from({ length: edits * logits.data.length }, (_, i) => logits.data[i % logits.data.length]),
        [edits, ...logits.shape],
      );
      expect(length).toBe(logits.shape[0]);
      return {
        token_mean_cross_entropy: tokenCrossEntropy()(same, targets),
        eisl_1gram: editInvariant({ ngrams: [1] })(same, targets),
        eisl_2gram: editInvariant({ ngrams: [2] })(same, targets),
        eisl_1_2gram_equal: editInvariant({ ngrams: [1, 2] })(same, targets),
      };
    },
  },
  { engines: everyEngine },
);

/** L_n by its definition, in float64, of one sequence. */
function exactLoss(logits: readonly (readonly number[])[], tokens: readonly number[], n: number): number {
  const logProbs = logits.map((row) => {
    const most = Math.max(...row);
    const logSum = most + Math.log(row.reduce((total, x) => total + Math.exp(x - most), 0));
    return row.map((x) => Math.max(-20, x - logSum));
  });
  const [places, grams] = [logits.length - n + 1, tokens.length - n + 1];
  let total = 0;
  for (let s = 0; s < grams; s++) {
    const g = Array.from({ length: places }, (_, t) => {
      let along = 0;
      for (let j = 0; j < n; j++) along += logProbs[t + j]![tokens[s + j]!]!;
      return along / n;
    });
    const most = Math.max(...g);
    const weights = g.map((value) => Math.exp(value - most));
    const mass = weights.reduce((a, b) => a + b, 0);
    total -= g.reduce((before, value, t) => before + (weights[t]! / mass) * value, 0);
  }
  return total / grams;
}

const rows = ({ data, shape }: NdArray) =>
  Array.from({ length: shape[0]! }, (_, i) => Array.from(data.slice(i * shape[1]!, (i + 1) * shape[1]!)));
const tokenList = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 3 }), { minLength: length, maxLength: length });
const runs = { numRuns: 40 };

onEngines(engines, () => {
  describe('the edit-invariant loss', () => {
    it('is what its definition gives in float64, for lengths of output and reference that differ', () => {
      fc.assert(
        fc.property(matrices(6, 4), tokenList(5), fc.integer({ min: 1, max: 5 }), (h, y, n) => {
          const loss = valueOf(editInvariant({ ngrams: [n] })([rows(h)], [y]));
          expect(Math.abs(loss - exactLoss(rows(h), y, n))).toBeLessThanOrEqual(1e-4);
          expect(loss).toBeGreaterThanOrEqual(0);
          expect(loss).toBeLessThanOrEqual(20 + 1e-4);
        }),
        runs,
      );
    });

    it('is a convolution of the costs with the identity', () => {
      const h = [
        [
          [1, 0, 2],
          [0.5, -1, 0],
          [0, 0, 3],
          [1, 1, 1],
        ],
      ];
      const y = [[2, 0, 1, 2]];
      const loss = editInvariant();
      const costs = reshape(loss.tables(h, y, 1).meanLogProb, [1, 4, 4, 1]) as Tensor4D;
      const identity = reshape(eye(3), [3, 3, 1, 1]) as Tensor4D;
      const convolved = values(conv2d(costs, identity, 1, 'valid'));
      values(loss.tables(h, y, 3).meanLogProb).forEach((g, i) => expect(3 * g).toBeCloseTo(convolved[i]!, 5));
    });

    it('does not change when output positions, or reference tokens, are permuted, for single tokens', () => {
      fc.assert(
        fc.property(matrices(5, 4), tokenList(5), fc.integer({ min: 0, max: 999 }), (h, y, seed) => {
          const loss = editInvariant({ ngrams: [1] });
          const order = new Random(seed).permutation(5);
          const once = valueOf(loss([rows(h)], [y]));
          const moved = tidy(() => valueOf(loss(reshape(gather(toTensor(h), order), [1, 5, 4]), [y])));
          expect(moved).toBeCloseTo(once, 4);
          expect(valueOf(loss([rows(h)], [Array.from(order, (i) => y[i]!)]))).toBeCloseTo(once, 4);
        }),
        runs,
      );
    });

    it('of the whole length is token cross-entropy, value and gradient, with noise or without', () => {
      fc.assert(
        fc.property(matrices(4, 4, 4), tokenList(4), fc.boolean(), (h, y, noisy) => {
          const loss = editInvariant({ ngrams: [0] });
          const options = noisy ? { noise: new Random(1) } : {};
          const x = [ndarray(h.data, [1, 4, 4])].map((array) => toTensor(array));
          const own = gradientsOf((t) => sum(loss(t, [y], options)), x);
          const plain = gradientsOf((t) => sum(tokenCrossEntropy()(t, [y])), x);
          expect(valueOf(own.value)).toBeCloseTo(valueOf(plain.value), 4);
          const expected = values(plain.gradients[0]!);
          values(own.gradients[0]!).forEach((slope, i) => expect(slope).toBeCloseTo(expected[i]!, 4));
        }),
        runs,
      );
    });

    it('weighs positions with sum 1, towards the likelier ones', () => {
      fc.assert(
        fc.property(matrices(5, 4), tokenList(4), fc.integer({ min: 1, max: 3 }), (h, y, n) => {
          const loss = editInvariant({ ngrams: [n] });
          const { meanLogProb, weights } = loss.tables([rows(h)], [y], n);
          tidy(() => values(sum(weights, 1))).forEach((total) => expect(total).toBeCloseTo(1, 5));
          const g = values(meanLogProb);
          const uniform = -g.reduce((a, b) => a + b, 0) / g.length;
          expect(valueOf(loss([rows(h)], [y]))).toBeLessThanOrEqual(uniform + 1e-4);
        }),
        runs,
      );
    });

    const h = [
      [
        [1, 0, 2],
        [0.5, -1, 0],
        [0, 0, 3],
      ],
    ];
    const y = [[2, 0, 1]];

    it('adds up its orders by their weights, in any order, once each, and cross-entropy on demand', () => {
      const [one, two] = [1, 2].map((n) => valueOf(editInvariant({ ngrams: [n] })(h, y)));
      const at = (params: Parameters<typeof editInvariant>[0]) => valueOf(editInvariant(params)(h, y));
      expect(at({ ngrams: [2, 1, 2] })).toBeCloseTo((one! + two!) / 2, 5);
      expect(at({ ngrams: [1, 2], weights: [0.8, 0.2] })).toBeCloseTo(0.8 * one! + 0.2 * two!, 5);
      expect(at({ ngrams: [-1] })).toBeCloseTo(two!, 6);
      expect(at({ ngrams: [2, 9] })).toBeCloseTo(two!, 6);
      const ce = valueOf(tokenCrossEntropy()(h, y));
      expect(at({ ngrams: [7] })).toBeCloseTo(ce, 5);
      expect(at({ ngrams: [1], ngramFactor: 0.5, ceFactor: 2 })).toBeCloseTo(0.5 * one! + 2 * ce, 5);
    });

    it('is nearly 0 where each n-gram is sure somewhere, and cuts masked tokens off at the floor', () => {
      const sure = [0, 1, 2].map((k) => [0, 1, 2].map((i) => (i === k ? 60 : 0)));
      expect(valueOf(editInvariant({ ngrams: [2] })([sure], [[1, 2, 2]], { targetLengths: [2] }))).toBeLessThan(1e-3);
      const masked = [[[0, -Infinity]]];
      expect(valueOf(editInvariant()(masked, [[1]]))).toBeCloseTo(20, 4);
      const { gradients } = gradientsOf((x) => sum(editInvariant()(x, [[1]])), [toTensor(masked)]);
      values(gradients[0]!).forEach((slope) => expect(slope).toBeCloseTo(0, 10));
    });

    it('draws the same noise for the same seed, another for another', () => {
      const at = (seed: number) => valueOf(editInvariant({ ngrams: [1] })(h, y, { noise: new Random(seed) }));
      expect(at(1)).toBe(at(1));
      expect(at(1)).not.toBe(at(2));
    });

    it('does not see what comes after the lengths', () => {
      const short = valueOf(editInvariant({ ngrams: [2] })([h[0]!.slice(0, 2)], [[2, 0]]));
      const padded = editInvariant({ ngrams: [2] })(h, y, { outputLengths: [2], targetLengths: [2] });
      expect(valueOf(padded)).toBeCloseTo(short, 5);
    });

    it('rises far less than cross-entropy when the reference is shifted', () => {
      const tokens = [0, 1, 2, 3, 4, 5, 6, 7];
      const peaked = [tokens.map((token) => tokens.map((k) => (k === token ? 6 : 0)))];
      const shifted = [[0, ...tokens.slice(0, 7)]];
      const rise = (loss: (target: number[][]) => Tensor) => valueOf(loss(shifted)) - valueOf(loss([tokens]));
      const ce = rise((target) => tokenCrossEntropy()(peaked, target));
      for (const n of [1, 2]) {
        expect(rise((target) => editInvariant({ ngrams: [n] })(peaked, target))).toBeLessThanOrEqual(0.2 * ce);
      }
    });

    it('refuses weights that do not fit, noise that is missing, and cross-entropy of other lengths', () => {
      expect(() => editInvariant({ ngrams: [1, 2], weights: [1] })).toThrow(DomainError);
      expect(() => editInvariant({ tau: 0 })).toThrow(DomainError);
      expect(() => editInvariant({ ngrams: [1] })(h, y, { noise: { 2: [[[0]]] } })).toThrow(
        new ShapeError('edit-invariant: noise must be given for each order, got none for n = 1'),
      );
      expect(() => editInvariant({ ceFactor: 1 })(h, [[0, 1]])).toThrow(ShapeError);
    });
  });
});
