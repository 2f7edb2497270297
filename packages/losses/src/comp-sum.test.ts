import { type NdArray, DomainError } from '@surprisal/core';
import { type EngineName, gradientsOf, mean, tidy, toTensor } from '@surprisal/core/tensor';
import { everyEngine, goldens, logits, onEngines, labels, probabilities } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compSum, crossEntropy, generalizedCrossEntropy, meanAbsoluteError, sumExponential } from './comp-sum.js';
import { bestConditionalRisk, boundedBestLoss, consistencyBound, constantHypothesisGap } from './consistency.js';
import { linearSmoothTermSupremum } from './linear-supremum.js';
import { smoothAdversarialCompSum } from './smooth-adversarial.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const list = (array: NdArray) => Array.from(array.data);

goldens(
  import.meta.url,
  '01-comp-sum',
  {
    compSumLoss({ inputs, params }) {
      const each = (params.taus as number[]).map((tau) => {
        const loss = compSum({ tau });
        const { value, gradients } = gradientsOf(
          (h) => loss(h, inputs.labels, { reduction: 'mean' }),
          [toTensor(inputs.logits)],
        );
        return { perSample: loss(inputs.logits, inputs.labels), value, gradient: gradients[0]! };
      });
      return {
        loss_per_sample: each.map(({ perSample }) => perSample),
        loss: each.map(({ value }) => value),
        grad_logits_of_mean: each.map(({ gradient }) => gradient),
      };
    },
    hConsistencyTransforms({ inputs, params }) {
      const bounds = (params.taus as number[]).map((tau) => consistencyBound({ tau, classes: params.numClasses }));
      return {
        T_of_beta: bounds.map(({ transform }) => list(inputs.beta).map(transform)),
        gamma_of_t: bounds.map(({ gamma }) => list(inputs.t).map(gamma)),
        gamma_simple_upper_bound_of_t: bounds.map(({ gammaUpperBound }) => list(inputs.t).map(gammaUpperBound)),
      };
    },
    constantHypothesisGap({ inputs, params }) {
      const { conditional_probs: probs, x_weights: weights } = inputs as Record<string, NdArray>;
      const [points, classes] = probs!.shape as [number, number];
      const rows = Array.from({ length: points }, (_, x) => list(probs!).slice(x * classes, (x + 1) * classes));
      return {
        best_risk_per_x: (params.taus as number[]).map((tau) => rows.map((row) => bestConditionalRisk(row, tau))),
        gap_of_constant_hypotheses: (params.taus as number[]).map((tau) =>
          constantHypothesisGap(weights!, probs!, tau),
        ),
      };
    },
    boundedDeterministicBestLoss: ({ inputs, params }) => ({
      best_loss: (params.taus as number[]).map((tau) =>
        list(inputs.score_bound).map((bound) => boundedBestLoss(bound, { tau, classes: params.numClasses })),
      ),
    }),
    smoothAdversarialCompSumLoss({ inputs, params }) {
      const { tau, rho, nu } = params;
      const { logits_clean: clean, logits_perturbed: perturbed, labels: target } = inputs;
      const loss = smoothAdversarialCompSum({ tau, rho, nu });
      const { compSum, smooth } = loss.terms(clean, perturbed, target);
      const { value, gradients } = gradientsOf(
        (h, moved) => loss(h, moved, target, { reduction: 'mean' }),
        [toTensor(clean), toTensor(perturbed)],
      );
      return {
        comp_sum_term: compSum,
        smooth_term: smooth,
        loss_per_sample: loss(clean, perturbed, target),
        loss: value,
        grad_logits_clean: gradients[0]!,
        grad_logits_perturbed: gradients[1]!,
        adversarial_margin_comp_sum_at_perturbed: loss.marginLoss(perturbed, target),
      };
    },
    linearModelSmoothTermSupremum({ inputs, params }) {
      const { l2, linf } = linearSmoothTermSupremum(inputs.weights_class_by_feature, inputs.labels, params.gamma);
      return { sup_l2_ball: l2, sup_linf_ball: linf };
    },
  },
  { engines: [...everyEngine, 'tensorflow'] },
);

const values = (loss: ReturnType<typeof compSum>, h: NdArray, y: Int32Array) =>
  Array.from(tidy(() => loss(h, y).dataSync()));
const runs = { numRuns: 50 };

onEngines(engines, () => {
  describe('the comp-sum family', () => {
    it('is at least 0, falls with tau, and is bounded by 1 / (tau - 1)', () => {
      fc.assert(
        fc.property(logits(4, 5, 8), labels(4, 5), (h, y) => {
          let before = [Infinity, Infinity, Infinity, Infinity];
          for (const tau of [0, 0.5, 1, 1.5, 2, 3]) {
            const now = values(compSum({ tau }), h, y);
            now.forEach((value, i) => {
              expect(value).toBeGreaterThanOrEqual(0);
              expect(value).toBeLessThanOrEqual(before[i]! * (1 + 1e-4) + 1e-6);
              if (tau > 1) expect(value).toBeLessThanOrEqual((1 / (tau - 1)) * (1 + 1e-6));
            });
            before = now;
          }
        }),
        runs,
      );
    });

    it('tends to cross-entropy: |loss - CE| <= 1e-4 CE^2 at tau = 1 +- 1e-4', () => {
      fc.assert(
        fc.property(logits(4, 5, 8), labels(4, 5), (h, y) => {
          const ce = values(crossEntropy(), h, y);
          for (const tau of [1 - 1e-4, 1 + 1e-4]) {
            values(compSum({ tau }), h, y).forEach((value, i) =>
              expect(Math.abs(value - ce[i]!)).toBeLessThanOrEqual(1e-4 * ce[i]! ** 2 + 1e-6 * (1 + ce[i]!)),
            );
          }
        }),
        runs,
      );
    });

    it('contains its named members', () => {
      const [h, y] = [
        [
          [0.3, -1, 2],
          [4, 0, -2],
        ],
        [0, 2],
      ] as const;
      const at = (tau: number) => Array.from(compSum({ tau })(h, y).dataSync());
      expect(Array.from(sumExponential()(h, y).dataSync())).toEqual(at(0));
      expect(Array.from(crossEntropy()(h, y).dataSync())).toEqual(at(1));
      expect(Array.from(generalizedCrossEntropy({ alpha: 0.5 })(h, y).dataSync())).toEqual(at(1.5));
      expect(Array.from(meanAbsoluteError()(h, y).dataSync())).toEqual(at(2));
    });

    it('has gradient rows that sum to 0, p_y^(tau - 1) times that of cross-entropy', () => {
      fc.assert(
        fc.property(logits(3, 4, 4), labels(3, 4), fc.constantFrom(0, 0.5, 1.5, 2, 2.5), (h, y, tau) => {
          const gradient = (t: number) =>
            tidy(() => gradientsOf((x) => mean(compSum({ tau: t })(x, y)), [toTensor(h)]).gradients[0]!.dataSync());
          const [own, ce] = [gradient(tau), gradient(1)];
          const surprisal = values(crossEntropy(), h, y);
          for (let i = 0; i < 3; i++) {
            const row = Array.from(own.subarray(4 * i, 4 * i + 4));
            const scale = Math.exp((1 - tau) * surprisal[i]!);
            const size = Math.max(1e-3, ...row.map(Math.abs));
            expect(Math.abs(row.reduce((a, b) => a + b, 0))).toBeLessThanOrEqual(1e-5 * size);
            row.forEach((value, j) =>
              expect(Math.abs(value - scale * ce[4 * i + j]!)).toBeLessThanOrEqual(1e-4 * size),
            );
          }
        }),
        runs,
      );
    });

    it('gives Infinity, not NaN, for a confidently wrong prediction with tau < 1', () => {
      expect(sumExponential()([[200, 0]], [1]).dataSync()[0]).toBe(Infinity);
      expect(compSum({ tau: 0.5 })([[1e30, -1e30]], [1]).dataSync()[0]).toBe(Infinity);
    });

    it('can be differentiated twice', () => {
      const { gradients } = gradientsOf(
        (h) =>
          gradientsOf((x) => mean(compSum({ tau: 1.5 })(x, [0])), [h])
            .gradients[0]!.square()
            .sum(),
        [toTensor([[0.3, -0.2, 0.1]])],
      );
      const norm = (h: number[]) =>
        tidy(
          () =>
            gradientsOf((x) => mean(compSum({ tau: 1.5 })(x, [0])), [toTensor([h])])
              .gradients[0]!.square()
              .sum()
              .dataSync()[0]!,
        );
      const difference = (norm([0.3 + 0.02, -0.2, 0.1]) - norm([0.3 - 0.02, -0.2, 0.1])) / 0.04;
      expect(gradients[0]!.dataSync()[0]).toBeCloseTo(difference, 3);
    });
  });

  describe('the smooth adversarial comp-sum loss', () => {
    it('has no smooth term at x itself, and no NaN in its gradient there', () => {
      const h = [[0.3, -1, 2]];
      const loss = smoothAdversarialCompSum();
      expect(loss.terms(h, h, [1]).smooth.dataSync()[0]).toBe(0);
      const { gradients } = gradientsOf((a, b) => mean(loss(a, b, [1])), [toTensor(h), toTensor(h)]);
      expect(gradients.flatMap((gradient) => Array.from(gradient.dataSync())).some(Number.isNaN)).toBe(false);
    });

    it('bounds the adversarial margin loss for nu >= sqrt(n - 1) / rho', () => {
      fc.assert(
        fc.property(
          logits(3, 4, 3),
          logits(3, 4, 3),
          labels(3, 4),
          fc.constantFrom(0, 0.4, 1, 1.5, 2),
          fc.constantFrom(0.5, 1, 2),
          (h, moved, y, tau, rho) => {
            const loss = smoothAdversarialCompSum({ tau, rho, nu: Math.sqrt(3) / rho });
            const [smooth, margin] = tidy(() => [loss(h, moved, y).dataSync(), loss.marginLoss(moved, y).dataSync()]);
            margin.forEach((value, i) => expect(value).toBeLessThanOrEqual(smooth[i]! * (1 + 1e-5) + 1e-5));
          },
        ),
        runs,
      );
    });

    it('refuses logits of different shapes by name', () => {
      expect(() => smoothAdversarialCompSum()([[1, 2]], [[1, 2, 3]], [0])).toThrow(
        'smooth-adversarial-comp-sum: perturbed must be [batch, classes] with batch = 1, classes = 2, got [1, 3]',
      );
      expect(() => smoothAdversarialCompSum({ rho: 0 })).toThrow(
        'smooth-adversarial-comp-sum: rho must be greater than 0, got 0',
      );
    });
  });
});

describe('the consistency bound', () => {
  const taus = [0, 0.5, 1, 1.5, 1.9999999, 2, 3];

  it('has a convex, increasing transform from 0 that stays above its quadratic bound', () => {
    for (const tau of taus) {
      const { transform } = consistencyBound({ tau, classes: 4 });
      const b = Array.from({ length: 101 }, (_, i) => i / 100);
      const t = b.map(transform);
      expect(t[0]).toBeCloseTo(0, 12);
      for (let i = 1; i < 100; i++) {
        expect(t[i + 1]!).toBeGreaterThan(t[i]!);
        expect(t[i]!).toBeLessThanOrEqual((t[i - 1]! + t[i + 1]!) / 2 + 1e-12);
      }
      if (tau < 2 - 1e-6)
        b.forEach((x, i) =>
          expect(t[i]!).toBeGreaterThanOrEqual(x ** 2 / (tau < 1 ? 2 ** tau * (2 - tau) : 2 * 4 ** (tau - 1)) - 1e-12),
        );
    }
  });

  it('at tau = 0 is 1 - sqrt(1 - b^2)', () => {
    const { transform } = consistencyBound({ tau: 0, classes: 3 });
    for (const b of [0.1, 0.5, 0.9]) expect(transform(b)).toBeCloseTo(1 - Math.sqrt(1 - b * b), 12);
  });

  it('inverts: gamma(T(b)) = b, below its upper bound, 1 beyond T(1)', () => {
    for (const tau of taus) {
      const { transform, gamma, gammaUpperBound } = consistencyBound({ tau, classes: 4 });
      for (const b of [0.1, 0.5, 0.9]) {
        expect(gamma(transform(b))).toBeCloseTo(b, 9);
        expect(gammaUpperBound(transform(b))).toBeGreaterThanOrEqual(b - 1e-9);
      }
      expect(gamma(transform(1) + 1)).toBe(1);
    }
  });

  it('holds in its conditional form for any distribution and scores', () => {
    fc.assert(
      fc.property(
        probabilities(1, 4),
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(...taus),
        (p, h, tau) => {
          const probs = Array.from(p.data);
          const z = h.reduce((sum, score) => sum + Math.exp(score), 0);
          const phi = (q: number) =>
            Math.abs(tau - 1) < 1e-6 ? -Math.log(q) : Math.expm1((tau - 1) * Math.log(q)) / (1 - tau);
          const risk = probs.reduce((sum, prob, y) => sum + prob * phi(Math.exp(h[y]!) / z), 0);
          const regret = Math.max(...probs) - probs[h.indexOf(Math.max(...h))]!;
          expect(consistencyBound({ tau, classes: 4 }).transform(Math.min(1, regret))).toBeLessThanOrEqual(
            risk - bestConditionalRisk(probs, tau) + 1e-9,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('has a gap that is at least 0, 0 for equal rows, and mutual information at tau = 1', () => {
    fc.assert(
      fc.property(probabilities(3, 4), fc.constantFrom(...taus), (p, tau) => {
        expect(constantHypothesisGap([0.2, 0.5, 0.3], p, tau)).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
    expect(
      constantHypothesisGap(
        [0.5, 0.5],
        [
          [0.3, 0.7],
          [0.3, 0.7],
        ],
        1.5,
      ),
    ).toBeCloseTo(0, 12);
    expect(
      constantHypothesisGap(
        [0.5, 0.5],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ).toBeCloseTo(Math.LN2, 12);
  });

  it('refuses what is no setting or distribution', () => {
    expect(() => consistencyBound({ tau: -1, classes: 3 })).toThrow(
      new DomainError('consistencyBound: tau must be at least 0, got -1'),
    );
    expect(() => consistencyBound({ tau: 1, classes: 0 })).toThrow(DomainError);
    expect(() => consistencyBound({ tau: 1, classes: 3 }).transform(1.5)).toThrow(DomainError);
    expect(() => bestConditionalRisk([0.5, 0.2])).toThrow(
      /must be at least 0 and sum to 1 within 1e-4, got a sum of 0.7/,
    );
    expect(() => compSum({ tau: -0.1 })).toThrow(new DomainError('comp-sum: tau must be at least 0, got -0.1'));
    expect(() => generalizedCrossEntropy({ alpha: 0 })).toThrow(
      new DomainError('generalized-cross-entropy: alpha must be greater than 0, got 0'),
    );
    expect(() => linearSmoothTermSupremum([[1, 2]], [1], 1)).toThrow(DomainError);
  });
});
