import { type NdArray, DomainError } from '@surprisal/core';
import {
  type EngineName,
  type Tensor,
  argMax,
  gradientsOf,
  matMul,
  add,
  sign,
  sum,
  toTensor,
  square,
  zeros,
  mul,
} from '@surprisal/core/tensor';
import { everyEngine, goldens, labels, logits, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asymmetric } from './asymmetric.js';
import { classBalancedWeights } from './class-balance.js';
import { compSum, crossEntropy, generalizedCrossEntropy, meanAbsoluteError } from './comp-sum.js';
import { confidencePenalty } from './confidence-penalty.js';
import { focal } from './focal.js';
import { l2Svm } from './l2-svm.js';
import type { Loss } from './loss.js';
import { crammerSinger, topKCrossEntropy, topKHinge, westonWatkins } from './multiclass-hinge.js';
import {
  asymmetricGce,
  asymmetricUnhinged,
  brier,
  jensenShannon,
  nceAgce,
  nceAul,
  nceRce,
  normalizedCrossEntropy,
  reverseCrossEntropy,
  symmetricCrossEntropy,
  truncatedGce,
} from './noise-robust.js';
import { poly1 } from './poly.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());

goldens(
  import.meta.url,
  '11-ldr',
  {
    noiseRobustBaselines({ inputs, params }) {
      const { gce, sce, rce, js } = params;
      const labelFloor = rce.label_floor;
      const losses: Record<string, Loss> = {
        crammer_singer: crammerSinger(params.crammer_singer),
        weston_watkins: westonWatkins({ margin: params.weston_watkins.margin }),
        gce: truncatedGce(gce),
        sce: symmetricCrossEntropy(sce),
        mse: brier(),
        nce_rce: nceRce({ ...params.nce_rce, labelFloor }),
        nce_agce: nceAgce(params.nce_agce),
        nce_aul: nceAul(params.nce_aul),
        nce: normalizedCrossEntropy(),
        rce: reverseCrossEntropy({ labelFloor }),
        agce: asymmetricGce(params.agce),
        aul: asymmetricUnhinged(params.aul),
        js: jensenShannon({ pi: js.weights[0] }),
      };
      const results = Object.entries(losses).flatMap(([name, loss]) => {
        const mean = (h: Tensor) => loss(h, inputs.labels, { reduction: 'mean' });
        const { value, gradients } = gradientsOf(mean, [toTensor(inputs.logits)]);
        return [
          [`loss_${name}`, value],
          [`grad_${name}`, gradients[0]!],
        ] as const;
      });
      const absolute = meanAbsoluteError()(inputs.logits, inputs.labels, { reduction: 'mean' });
      return { ...Object.fromEntries(results), loss_mae: mul(absolute, 2) };
    },
  },
  { engines: everyEngine, partial: true },
);

const svmGolden =
  (norm: number) =>
  ({ inputs, params }: { inputs: Record<string, NdArray>; params: { penaltyC: number } }) => {
    const { labels: y } = inputs;
    const given = [inputs.features!, inputs.kernel!, inputs.bias!].map((array) => toTensor(array));
    const svm = l2Svm({ penaltyC: params.penaltyC, norm });
    const scoresOf = (x: Tensor, w: Tensor, b: Tensor) => add(matMul(x, w), b);
    const objective = (x: Tensor, w: Tensor, b: Tensor) => svm.objective(scoresOf(x, w, b), y!, w);
    const scores = scoresOf(given[0]!, given[1]!, given[2]!);
    const { value, gradients } = gradientsOf((x, w, b) => objective(x!, w!, b!), given);
    const atScores = gradientsOf((s) => svm(s, y!, { reduction: 'sum' }), [scores]);
    return {
      scores,
      regularization: mul(sum(square(given[1]!)), 0.5),
      hinge_sum: mul(atScores.value, 1 / params.penaltyC),
      loss: value,
      grad_features: gradients[0]!,
      grad_kernel: gradients[1]!,
      grad_bias: gradients[2]!,
      grad_scores: atScores.gradients[0]!,
      predicted_argmax: argMax(scores, 1),
      predicted_sign_argmax: argMax(sign(scores), 1),
    };
  };

goldens(
  import.meta.url,
  '17-gru-svm',
  { l2svm: svmGolden(2), l1svm: svmGolden(1) },
  { engines: everyEngine, partial: true },
);

const runs = { numRuns: 40 };
const within = (a: number[], b: number[], size = 1e-5) =>
  a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThanOrEqual(size * (1 + Math.abs(b[i]!))));

/** That one loss is another times a factor. */
const sameAs = (first: Loss, second: Loss, factor = 1, size = 1e-5) =>
  fc.assert(
    fc.property(logits(4, 5), labels(4, 5), (h, y) =>
      within(
        values(first(h, y)),
        values(second(h, y)).map((value) => factor * value),
        size,
      ),
    ),
    runs,
  );

onEngines(engines, () => {
  describe('special cases', () => {
    it('of cross-entropy', () => {
      for (const loss of [
        symmetricCrossEntropy({ balance: 0 }),
        poly1({ epsilon: 0 }),
        focal({ gamma: 0 }),
        confidencePenalty({ beta: 0 }),
        topKCrossEntropy({ k: 1 }),
      ]) {
        sameAs(loss, crossEntropy());
      }
      // Jensen-Shannon tends to it for small pi, where the label is not too improbable
      within(values(jensenShannon({ pi: 1e-4 })([[1, 0, 2]], [0])), values(crossEntropy()([[1, 0, 2]], [0])), 1e-3);
    });

    it('of generalized cross-entropy and mean absolute error', () => {
      sameAs(truncatedGce({ q: 0.7, k: 0 }), generalizedCrossEntropy({ alpha: 0.7 }));
      sameAs(asymmetricGce({ q: 1, a: 3 }), meanAbsoluteError());
      sameAs(asymmetricUnhinged({ q: 1, a: 2 }), meanAbsoluteError());
      sameAs(symmetricCrossEntropy({ balance: 1, A: 2 }), compSum({ tau: 2 }), 2);
      sameAs(reverseCrossEntropy({ labelFloor: Math.exp(-3) }), meanAbsoluteError(), 3);
      sameAs(jensenShannon({ pi: 1 - 1e-4 }), meanAbsoluteError(), 1, 0.15); // slowly: the gap is of the order of 1 / log
    });

    it('of the hinges', () => {
      sameAs(topKHinge({ k: 1 }), crammerSinger());
      sameAs(topKHinge({ k: 1, variant: 'beta' }), crammerSinger());
      sameAs(topKHinge({ k: 5, variant: 'beta' }), westonWatkins());
    });
  });

  describe('noise-robust losses', () => {
    it('are bounded and at least 0', () => {
      fc.assert(
        fc.property(logits(4, 5, 100), labels(4, 5), (h, y) => {
          const bounds: [Loss, number][] = [
            [normalizedCrossEntropy(), 1],
            [brier(), 2],
            [truncatedGce({ q: 0.5, k: 0.25 }), 1],
            [reverseCrossEntropy(), -Math.log(1e-4)],
            [asymmetricGce({ a: 1, q: 2 }), (4 - 1) / 2],
            [asymmetricUnhinged({ a: 2, q: 2 }), (4 - 1) / 2],
          ];
          for (const [loss, most] of bounds) {
            for (const value of values(loss(h, y))) {
              expect(value).toBeGreaterThanOrEqual(-1e-6);
              expect(value).toBeLessThanOrEqual(most * (1 + 1e-5));
            }
          }
        }),
        runs,
      );
    });

    it('that are symmetric sum to a constant over the labels', () => {
      fc.assert(
        fc.property(logits(1, 4), (h) => {
          const total = (loss: Loss) =>
            [0, 1, 2, 3].reduce((before, label) => before + values(loss(h, [label]))[0]!, 0);
          expect(total(normalizedCrossEntropy())).toBeCloseTo(1, 5);
          expect(total(reverseCrossEntropy())).toBeCloseTo(-Math.log(1e-4) * 3, 4);
        }),
        runs,
      );
    });

    it('give up a label at and below k, with gradient 0', () => {
      const loss = truncatedGce({ q: 0.7, k: 0.5 });
      const { value, gradients } = gradientsOf((h) => sum(loss(h, [1])), [toTensor([[2, 0, -1]])]);
      expect(values(value)[0]).toBeCloseTo((1 - 0.5 ** 0.7) / 0.7, 6);
      expect(values(gradients[0]!)).toEqual([0, 0, 0].map(() => expect.closeTo(0, 10) as number));
    });

    it('take a label that is masked', () => {
      expect(values(normalizedCrossEntropy()([[1, -Infinity, 0]], [1]))[0]).toBe(1);
      expect(values(jensenShannon()([[1, -Infinity, 0]], [1]))[0]).toBeCloseTo(2, 5);
      expect(values(crammerSinger()([[1, -Infinity, 0]], [1]))[0]).toBe(Infinity);
      expect(values(l2Svm({ norm: 1 })([[1, -Infinity]], [1]))[0]).toBe(Infinity);
      expect(values(l2Svm()([[1, -Infinity]], [0]))[0]).toBe(0);
    });
  });

  describe('hinges', () => {
    it('are 0 if and only if the label leads by the margin', () => {
      expect(values(crammerSinger()([[2, 1, 0.5]], [0]))[0]).toBe(0);
      expect(values(westonWatkins()([[2, 1, 0.5]], [0]))[0]).toBe(0);
      expect(values(l2Svm()([[1, -1, -3]], [0]))[0]).toBe(0);
      expect(values(crammerSinger()([[2, 1.1, 0.5]], [0]))[0]).toBeCloseTo(0.1, 6);
      expect(values(topKHinge({ k: 2 })([[2, 9, -9]], [0]))[0]).toBeCloseTo(4, 5);
    });

    it('are ordered: Weston-Watkins <= Crammer-Singer, and top-k alpha <= beta', () => {
      fc.assert(
        fc.property(logits(4, 5), labels(4, 5), fc.integer({ min: 1, max: 5 }), (h, y, k) => {
          const strongest = values(crammerSinger()(h, y));
          values(westonWatkins()(h, y)).forEach((value, i) => expect(value).toBeLessThanOrEqual(strongest[i]! + 1e-5));
          const beta = values(topKHinge({ k, variant: 'beta' })(h, y));
          values(topKHinge({ k })(h, y)).forEach((value, i) => expect(value).toBeLessThanOrEqual(beta[i]! + 1e-5));
        }),
        runs,
      );
    });

    it('of a support vector machine: the objective sums, and doubles its losses with the batch', () => {
      const svm = l2Svm({ penaltyC: 2 });
      const [h, w] = [[[0.5, -0.2]], [[1, 2]]];
      const ridge = 2.5;
      const once = values(svm.objective(h, [1], w))[0]!;
      expect(values(svm.objective([...h, ...h], [1, 1], w))[0]! - ridge).toBeCloseTo(2 * (once - ridge), 5);
      expect(values(l2Svm()([[-0.7, 0.7]], [1]))[0]).toBeCloseTo(0.5 * 2 * 0.3 ** 2, 6); // K = 2, antisymmetric
      expect(() => l2Svm({ norm: 3 })).toThrow(DomainError);
      expect(() => l2Svm()([[1, Infinity]], [1])).toThrow(/logits must be numbers below Infinity/);
      expect(() => l2Svm()([[1, NaN]], [0])).toThrow(/got NaN in row 0/);
      expect(values(svm.objective(zeros([0, 3]), [], [[1, 1, 0]]))[0]).toBe(1); // an empty batch costs the ridge alone
      expect(() => svm.objective(h, [1], [[1, 2, 3]])).toThrow(/kernel must be \[features, classes\] with classes = 2/);
    });
  });

  describe('the asymmetric loss', () => {
    it('without focus and clip is binary cross-entropy of each class, also of several', () => {
      const softplus = (x: number) => Math.log1p(Math.exp(x));
      const loss = asymmetric({ gammaPositive: 0, gammaNegative: 0, clip: 0 });
      expect(values(loss([[2, -1, 0.5]], [[1, 1, 0]]))[0]).toBeCloseTo(softplus(-2) + softplus(1) + softplus(0.5), 5);
    });

    it('drops absent classes below the clip', () => {
      expect(values(asymmetric({ clip: 0.05 })([[-4, -5]], [[0, 0]]))[0]).toBeCloseTo(0, 10);
    });
  });

  it('top-k cross-entropy falls with k, to 0', () => {
    fc.assert(
      fc.property(logits(3, 4), labels(3, 4), (h, y) => {
        let before = values(crossEntropy()(h, y));
        for (const k of [2, 3, 4]) {
          const now = values(topKCrossEntropy({ k })(h, y));
          now.forEach((value, i) => expect(value).toBeLessThanOrEqual(before[i]! + 1e-5));
          before = now;
        }
        expect(before).toEqual([0, 0, 0]);
      }),
      runs,
    );
  });
});

describe('class-balanced weights', () => {
  it('have mean 1, are equal at beta 0, and tend to 1 / n', () => {
    expect(Array.from(classBalancedWeights([3, 70], 0))).toEqual([1, 1]);
    const [rare, common] = classBalancedWeights([10, 40], 1 - 1e-9);
    expect(rare! / common!).toBeCloseTo(4, 4);
    expect(rare! + common!).toBeCloseTo(2, 5);
  });

  it('refuse counts that are none', () => {
    expect(() => classBalancedWeights([0, 1])).toThrow(DomainError);
    expect(() => classBalancedWeights([1], 1)).toThrow(
      new DomainError('classBalancedWeights: beta must be in [0, 1), got 1'),
    );
  });
});
