import { type AnyMethod, DomainError, type NdArray, ShapeError, ndarray } from '@surprisal/core';
import {
  type EngineName,
  type Tensor,
  add,
  gradientsOf,
  layers,
  mul,
  sequential,
  softmax,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import {
  expectGradient,
  expectNoLeak,
  everyEngine,
  extremeLogits,
  goldens,
  logits,
  onEngines,
  probabilities,
} from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hlGauss } from './hl-gauss.js';
import plugin from './plugin.js';
import { squash, unsquash } from './squashing.js';
import { c51, histogramMse, twoHot } from './two-hot.js';
import type { ValueLoss } from './value-loss.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());

const hlGaussOf = ({ vMin, vMax, numBins, sigma, sigmaToBinRatio, support, clampTargets }: Record<string, never>) =>
  hlGauss({
    vMin,
    vMax,
    numBins,
    support,
    clampTargets,
    sigmaToBinRatio: sigmaToBinRatio ?? (sigma * numBins) / (vMax - vMin), // of edges
  });

const meanOf = (loss: ValueLoss, scores: NdArray, targets: NdArray | Tensor) => {
  const { value, gradients } = gradientsOf((h) => loss(h, targets, { reduction: 'mean' }), [toTensor(scores)]);
  return {
    loss_per_sample: loss(scores, targets),
    loss: value,
    grad_logits: gradients[0]!,
    predicted_value: loss.decode(scores),
  };
};

const meanOfBins = (loss: ValueLoss, probs: Tensor) => sum(mul(probs, loss.values), 1);

goldens(
  import.meta.url,
  '04-hl-gauss',
  {
    hlGaussTransform({ inputs, params }) {
      const loss = hlGaussOf(params);
      const probs = loss.encode(inputs.target);
      return { probs, centers: loss.values, expected_value: meanOfBins(loss, probs) };
    },
    hlGaussSigmaSweep({ inputs, params }) {
      const each = (params.sigmaToBinRatios as never[]).map((sigmaToBinRatio) => {
        const loss = hlGaussOf({ ...params, sigmaToBinRatio });
        const probs = loss.encode(inputs.target);
        return { probs, expected: meanOfBins(loss, probs) };
      });
      return { probs: each.map(({ probs }) => probs), expected_value: each.map(({ expected }) => expected) };
    },
    hlGaussLoss: ({ inputs, params }) => ({ ...meanOf(hlGaussOf(params), inputs.logits, inputs.target) }),
    twoHot({ inputs, params }) {
      const { vMin, vMax, numBins } = params;
      const loss = twoHot({ vMin, vMax, numBins });
      const probs = loss.encode(inputs.target);
      const own = twoHot({ atoms: Array.from(inputs.nonuniform_bins.data as Float64Array) });
      return {
        probs,
        atoms: loss.values,
        decoded: meanOfBins(loss, probs),
        ...meanOf(loss, inputs.logits, inputs.target),
        nonuniform_probs: own.encode(inputs.nonuniform_target),
      };
    },
    c51Loss({ inputs, params }) {
      const { vMin, vMax, numAtoms, gamma } = params;
      const loss = c51({ vMin, vMax, numBins: numAtoms });
      const nextProbs = softmax(toTensor(inputs.next_logits));
      const { reward, terminal } = inputs;
      const targets = loss.project({ reward, terminal, nextProbs, discount: gamma });
      const moved = Array.from(reward.data as Float64Array, (r, i) =>
        Array.from(loss.values, (z) => r + gamma * (1 - terminal.data[i]) * z),
      );
      return {
        next_probs: nextProbs,
        target_atoms: moved,
        target_probs: targets,
        ...meanOf(loss, inputs.logits, targets),
      };
    },
  },
  { engines: everyEngine },
);

/** Every loss of values must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(({ info }) => info.kind === 'value-loss') as readonly AnyMethod<'value-loss'>[];
const range = { vMin: -2, vMax: 2, numBins: 5 };
const scores = [
  [0.3, -1, 2, 0, 0.5],
  [1, 1, -2, 0.2, 3],
  [0, 0, 0, 0, 0],
];
const targets = [0.7, -1.3, 2];

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (name, method) => {
  onEngines(engines, () => {
    const loss = method(range);

    it('encodes numbers as probabilities, and decodes to their range', () => {
      fc.assert(
        fc.property(fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 5 }), (y) => {
          const probs = loss.encode(y);
          expect(probs.shape).toEqual([y.length, 5]);
          values(probs).forEach((p) => expect(p).toBeGreaterThanOrEqual(0));
          values(sum(probs, 1)).forEach((total) => expect(total).toBeCloseTo(1, 5));
        }),
        { numRuns: 40 },
      );
      for (const value of values(loss.decode(scores))) {
        expect(value).toBeGreaterThanOrEqual(loss.values[0]!);
        expect(value).toBeLessThanOrEqual(loss.values.at(-1)!);
      }
      expect(loss.decode([scores, scores]).shape).toEqual([2, 3]);
    });

    it('has the gradient that differences show, and none with respect to the targets', async () => {
      await expectGradient((h) => loss(h, targets), [ndarray(Float64Array.from(scores.flat()), [3, 5])]);
      const { gradients } = gradientsOf((y) => add(sum(loss(scores, y)), mul(sum(y), 0)), [tensor1d(targets)]);
      expect(values(gradients[0]!)).toEqual([0, 0, 0]);
    });

    it('takes any number of leading dimensions, and targets that are distributions', () => {
      const each = values(loss(scores, targets));
      expect(each).toHaveLength(3);
      expect(values(loss(scores[0]!, targets[0]!))[0]).toBeCloseTo(each[0]!, 6);
      expect(loss([scores], [targets]).shape).toEqual([1, 3]);
      values(loss(scores, loss.encode(targets))).forEach((value, i) => expect(value).toBeCloseTo(each[i]!, 5));
    });

    it('reduces and weighs', () => {
      const each = values(loss(scores, targets));
      const total = each.reduce((a, b) => a + b, 0);
      expect(values(loss(scores, targets, { reduction: 'sum' }))[0]).toBeCloseTo(total, 4);
      expect(values(loss(scores, targets, { reduction: 'mean' }))[0]).toBeCloseTo(total / 3, 4);
      const weighted = loss(scores, targets, { reduction: 'mean', weights: [1, 3, 0] });
      expect(values(weighted)[0]).toBeCloseTo((each[0]! + 3 * each[1]!) / 4, 4);
    });

    it('gives no NaN for extreme logits, nor does its gradient', () => {
      fc.assert(
        fc.property(extremeLogits(2, 5), (h) => {
          const { value, gradients } = gradientsOf((x) => sum(loss(x, [0.4, -9])), [toTensor(h)]);
          expect([...values(value), ...values(gradients[0]!)].some(Number.isNaN)).toBe(false);
        }),
        { numRuns: 40 },
      );
    });

    it('takes infinite targets as the ends, and refuses NaN', () => {
      const atEnds = values(loss.encode([-Infinity, Infinity]));
      const clipped = values(loss.encode([-2, 2]));
      atEnds.forEach((p, i) => expect(p).toBeCloseTo(clipped[i]!, 6));
      expect(() => loss(scores, [0, NaN, 1])).toThrow(
        new DomainError(`${name}: targets must be numbers, got NaN at index 1`),
      );
    });

    it('leaves no tensors behind', () => {
      expectNoLeak(() => loss(scores, targets, { reduction: 'mean' }));
      expectNoLeak(() => loss.encode(targets));
      expectNoLeak(() => loss.decode(scores));
    });

    it('trains in model.compile', async () => {
      const model = sequential({ layers: [layers.dense({ units: 5, inputShape: [2], kernelInitializer: 'zeros' })] });
      model.compile({ optimizer: 'sgd', loss: loss.keras });
      const x = tensor2d([0, 1, 1, 0, 1, 1], [3, 2]);
      const history = await model.fit(x, loss.encode(targets), { epochs: 4, verbose: 0 });
      const course = history.history.loss as number[];
      expect(course.at(-1)!).toBeLessThan(course[0]!);
    });

    it('refuses bad input with one line that says what was expected', () => {
      expect(() => loss([[0, 1]], [0])).toThrow(
        new ShapeError(`${name}: logits must be [..., 5], one for each bin, got [1, 2]`),
      );
      expect(() => loss(scores, [0, 1])).toThrow(
        new ShapeError(`${name}: targets must be [3] numbers or [3, 5] probabilities, got [2]`),
      );
      expect(() => loss([scores[0]!], [[0.5, 0, 0, 0, 0]])).toThrow(/sum 1 within 1e-3, got a sum of 0.5/);
      expect(() => loss([scores[0]!], [[1.5, -0.5, 0, 0, 0]])).toThrow(/got -0.5/);
      expect(() => loss([[NaN, 0, 0, 0, 0]], [0])).toThrow(DomainError);
      expect(() => loss(scores, targets, { weights: [1] })).toThrow(ShapeError);
      expect(() => method({ vMin: 1, vMax: 1 })).toThrow(
        new DomainError(`${name}: vMax must be greater than vMin = 1, got 1`),
      );
      expect(() => method({ numBins: 1 })).toThrow(DomainError);
    });
  });
});

const runs = { numRuns: 60 };

onEngines(engines, () => {
  describe('HL-Gauss', () => {
    it('decodes to within 1% of a bin for targets four sigma inside and a ratio of at least 0.5', () => {
      fc.assert(
        fc.property(fc.float({ min: -7, max: 7, noNaN: true }), fc.constantFrom(0.5, 0.75, 1), (y, sigmaToBinRatio) => {
          const loss = hlGauss({ sigmaToBinRatio });
          const decoded = tidy(() => values(meanOfBins(loss, loss.encode([y])))[0]!);
          expect(Math.abs(decoded - y)).toBeLessThan(0.01 * (20 / 51));
        }),
        runs,
      );
    });

    it('moves by a bin with the target, turns around with it, and is one-hot for a tiny sigma', () => {
      fc.assert(
        fc.property(fc.float({ min: -4, max: 4, noNaN: true }), (y) => {
          const loss = hlGauss({ vMin: -10, vMax: 10, numBins: 20 });
          const [here, next, mirrored] = [y, y + 1, -y].map((target) => values(loss.encode([target])));
          for (let i = 1; i < 20; i++) expect(next![i]).toBeCloseTo(here![i - 1]!, 5);
          mirrored!.forEach((p, i) => expect(p).toBeCloseTo(here![19 - i]!, 5));
        }),
        runs,
      );
      const sharp = values(hlGauss({ vMin: 0, vMax: 4, numBins: 4, sigmaToBinRatio: 1e-3 }).encode([2.5]));
      expect(sharp).toEqual([0, 0, 1, 0]);
    });

    it('is no NaN far outside of the range, clamped or not', () => {
      const probs = values(hlGauss({ clampTargets: false }).encode([1e6]));
      expect(probs.some(Number.isNaN)).toBe(false);
    });
  });

  describe('cross-entropy of histograms', () => {
    it('is the entropy of the target at least, with gradients softmax - target, in [-1, 1]', () => {
      fc.assert(
        fc.property(logits(1, 51), fc.float({ min: -12, max: 12, noNaN: true }), (h, y) => {
          const loss = hlGauss();
          const target = values(loss.encode([y]));
          const entropy = target.reduce((total, p) => total - (p > 0 ? p * Math.log(p) : 0), 0);
          const { value, gradients } = gradientsOf((x) => sum(loss(x, [y])), [toTensor(h)]);
          expect(values(value)[0]!).toBeGreaterThanOrEqual(entropy - 1e-4);
          const expected = tidy(() => values(sub(softmax(toTensor(h)), loss.encode([y]))));
          values(gradients[0]!).forEach((slope, i) => {
            expect(slope).toBeCloseTo(expected[i]!, 5);
            expect(Math.abs(slope)).toBeLessThanOrEqual(1 + 1e-6);
          });
        }),
        runs,
      );
    });
  });

  describe('Two-Hot', () => {
    it('decodes exactly, with two atoms at most', () => {
      fc.assert(
        fc.property(fc.float({ min: -15, max: 15, noNaN: true }), (y) => {
          const loss = twoHot();
          const probs = values(loss.encode([y]));
          expect(probs.filter((p) => p > 1e-5).length).toBeLessThanOrEqual(2);
          const decoded = tidy(() => values(meanOfBins(loss, loss.encode([y])))[0]!);
          expect(Math.abs(decoded - Math.min(10, Math.max(-10, y)))).toBeLessThanOrEqual(2e-5);
        }),
        runs,
      );
      expect(values(twoHot(range).encode([1]))).toEqual([0, 0, 0, 1, 0]);
    });

    it('takes atoms of one’s own, and refuses what does not increase', () => {
      expect(values(twoHot({ atoms: [-1, 0, 10] }).encode([5, -7]))).toEqual([0, 0.5, 0.5, 1, 0, 0]);
      expect(() => twoHot({ atoms: [0, 0] })).toThrow(
        new DomainError('two-hot: atoms must be two or more increasing numbers, got 0, 0'),
      );
    });
  });

  describe('C51', () => {
    it('keeps a distribution that does not move, and its mean when nothing is clipped', () => {
      fc.assert(
        fc.property(probabilities(2, 5), (next) => {
          const loss = c51(range);
          const still = { reward: [0, 0], terminal: [0, 0], nextProbs: next, discount: 1 };
          values(loss.project(still)).forEach((p, i) => expect(p).toBeCloseTo(next.data[i]!, 5));
          const moved = loss.project({ ...still, reward: [0.3, -0.4], discount: 0.5 });
          const before = tidy(() => values(meanOfBins(loss, toTensor(next))));
          tidy(() => values(meanOfBins(loss, moved))).forEach((mean, i) =>
            expect(mean).toBeCloseTo([0.3, -0.4][i]! + 0.5 * before[i]!, 4),
          );
        }),
        runs,
      );
    });

    it('puts a terminal step on its reward, leaks nothing, and refuses bad transitions', () => {
      const loss = c51(range);
      const end = { reward: [1.5], terminal: [1], nextProbs: [[0.2, 0.2, 0.2, 0.2, 0.2]], discount: 0.9 };
      expect(values(loss.project(end))).toEqual([0, 0, 0, 0.5, 0.5].map((p) => expect.closeTo(p, 5) as number));
      expectNoLeak(() => loss.project(end));
      expect(() => loss.project({ ...end, discount: 2 })).toThrow(DomainError);
      expect(() => loss.project({ ...end, terminal: [0, 1] })).toThrow(ShapeError);
    });
  });

  describe('squashing', () => {
    it('has an inverse, and keeps order and sign', () => {
      fc.assert(
        fc.property(fc.float({ min: -1e4, max: 1e4, noNaN: true }), (x) => {
          for (const transform of ['identity', 'symlog', 'signed-hyperbolic'] as const) {
            const back = tidy(() => values(unsquash(squash(tensor1d([x]), transform), transform))[0]!);
            expect(Math.abs(back - x)).toBeLessThanOrEqual(2e-5 * (1 + Math.abs(x)));
          }
        }),
        runs,
      );
    });

    it('lets a small range hold large targets', () => {
      const loss = twoHot({ vMin: -10, vMax: 10, numBins: 201, transform: 'symlog' });
      const point = values(loss.encode([1000])).map((p) => (p > 1e-6 ? Math.log(p) : -1e3));
      expect(values(loss.decode(point))[0]).toBeCloseTo(1000, 0);
    });
  });

  it('squared error of the decoded number', () => {
    const loss = histogramMse(range);
    const predicted = values(loss.decode(scores));
    values(loss(scores, targets)).forEach((value, i) =>
      expect(value).toBeCloseTo((predicted[i]! - targets[i]!) ** 2, 5),
    );
  });
});
