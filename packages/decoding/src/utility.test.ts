import { DomainError, Random } from '@surprisal/core';
import { goldens, logits } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  argmaxUtility,
  expectedGainOfSampling,
  expectedGains,
  lengthNormalised,
  minimumBayesRisk,
} from './decision-rules.js';
import { logSoftmax, softmax } from './log-softmax.js';
import { drawFromLaw } from './speculative.js';
import { ordinalAgreement } from './utility-agreement.js';
import { gibbs } from './utility-gibbs.js';
import { isotonicRegression } from './utility-isotonic.js';
import { learnUtilities, preferenceStep } from './utility-learning.js';
import { preferenceMatrix } from './utility-pairwise.js';
import { rankTransform, utilityRank } from './utility-rank.js';
import { preferenceGradient, sequenceUtility } from './utility.js';

type Matrix = { shape: readonly number[]; data: Float64Array };
const rowsOf = ({ shape, data }: Matrix) =>
  Array.from({ length: shape[0]! }, (_, i) => data.subarray(i * shape[1]!, (i + 1) * shape[1]!));
const flat = (rows: readonly ArrayLike<number>[]) => rows.flatMap((row) => Array.from(row));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

goldens(import.meta.url, '44-utility-probability', {
  gradientAsPreference({ inputs }) {
    const rows = rowsOf(inputs.Q).map((q, i) => preferenceGradient(q, inputs.target.data[i]));
    return {
      log_likelihood: rows.map(({ logLikelihood }) => logLikelihood),
      value_logsumexp: rows.map(({ value }) => value),
      advantage: flat(rows.map(({ advantage }) => advantage)),
      grad_Q: flat(rows.map(({ gradient }) => gradient)),
      grad_as_expected_preference: flat(rows.map(({ expectedPreference }) => expectedPreference)),
      sampled_rival_update: flat(
        rows.map(({ gradient }, i) =>
          preferenceStep(new Float64Array(gradient.length), inputs.target.data[i], inputs.rival.data[i], 1),
        ),
      ),
    };
  },
  utilityLearning({ inputs, params }) {
    const targets = Array.from(inputs.targets.data as Int32Array);
    let next = 0;
    const options = {
      eta: params.eta,
      update: params.update === 'full' ? ('full' as const) : ('sampled-rival' as const),
      uniform: () => inputs.rival_uniform.data[next++] as number,
    };
    const utilities = learnUtilities(new Float64Array(inputs.frequencies.shape[0]), targets.slice(0, 3), options);
    const afterThree = utilities.slice();
    learnUtilities(utilities, targets.slice(3), options);
    return {
      Q_final: utilities,
      Q_after_3: afterThree,
      sum_Q: utilities.reduce((sum, q) => sum + q, 0),
      probability_final: softmax(utilities),
    };
  },
  utilityToProbability({ inputs }) {
    const data = { utilities: rowsOf(inputs.U), targets: inputs.target.data as Int32Array };
    const fitted = gibbs().fit(data);
    const ranks = rankTransform().fit(data);
    return {
      beta_mle: fitted.beta,
      nll_at_beta: fitted.loss,
      'nll_at_0.5_1_2': [0.5, 1, 2].map((beta) => gibbs({ fit: 'fixed', beta }).fit(data).loss),
      gibbs_probability: flat(data.utilities.map((row) => fitted(row))),
      target_rank: data.utilities.map((row, i) => utilityRank(row, data.targets[i]!)),
      rank_frequency: ranks.frequencies(inputs.U.shape[1]),
      rank_probability: flat(data.utilities.map((row) => ranks(row))),
    };
  },
  isotonicTransform({ inputs }) {
    const scores = inputs.score.data as Float64Array;
    return {
      isotonic: isotonicRegression(scores, inputs.hit.data).fitted,
      isotonic_after_cubing_score: isotonicRegression(
        scores.map((score) => score ** 3),
        inputs.hit.data,
      ).fitted,
    };
  },
  decisionRules({ inputs }) {
    const utilities = inputs.U.data as Float64Array;
    const gain = rowsOf(inputs.gain);
    const at = (beta: number) => ({
      [`expected_gain_beta${beta}`]: expectedGains(softmax(utilities, beta), gain),
      [`mbr_choice_beta${beta}`]: minimumBayesRisk({ beta })({ utilities, gain }),
      [`expected_gain_of_sampling_beta${beta}`]: expectedGainOfSampling(softmax(utilities, beta), gain),
    });
    return {
      ...at(1),
      ...at(4),
      argmax_utility: argmaxUtility()({ utilities }),
      length_normalised_choice: lengthNormalised()({
        utilities: utilities.map((u) => u - 5),
        lengths: inputs.length.data,
      }),
      entropy_beta1: -softmax(utilities).reduce((sum, p) => sum + p * Math.log(p), 0),
      preference_matrix: flat(preferenceMatrix(utilities)),
    };
  },
  ordinalAgreement({ inputs }) {
    const found = ordinalAgreement(inputs.frequency.data, inputs.utility.data);
    return {
      pairwise_agreement: found.pairwise,
      kendall_tau_a: found.kendallTau,
      top1_match: found.topMatch ? 1 : 0,
      top1_regret: found.topRegret,
    };
  },
});

const seeds = fc.integer({ min: 0, max: 1e6 });

describe('maximum likelihood as preference', () => {
  it('has one gradient, written in two ways, whose entries sum to 0 and which a constant does not change', () =>
    fc.assert(
      fc.property(logits(1, 6), fc.nat(5), fc.double({ min: -50, max: 50, noNaN: true }), ({ data }, target, shift) => {
        const { gradient, expectedPreference, advantage } = preferenceGradient(data, target);
        const moved = preferenceGradient(
          Array.from(data, (q) => q + shift),
          target,
        );
        expect(Math.abs(gradient.reduce((sum, g) => sum + g, 0))).toBeLessThan(1e-12);
        gradient.forEach((g, v) => {
          expect(expectedPreference[v]).toBeCloseTo(g, 12);
          expect(moved.gradient[v]).toBeCloseTo(g, 9);
          expect(moved.advantage[v]).toBeCloseTo(advantage[v]!, 9);
        });
      }),
    ));

  it('by one rival is on average the full step, which keeps the sum of utilities', () =>
    fc.assert(
      fc.property(logits(1, 5, 3), fc.nat(4), ({ data }, target) => {
        const p = softmax(data);
        const average = new Float64Array(5);
        p.forEach((probability, rival) =>
          preferenceStep(new Float64Array(5), target, rival, 0.3).forEach((q, v) => (average[v]! += probability * q)),
        );
        const full = learnUtilities(Float64Array.from(data), [target], { eta: 0.3 });
        full.forEach((q, v) => expect(q - data[v]!).toBeCloseTo(average[v]!, 10));
        expect(full.reduce((sum, q) => sum + q, 0)).toBeCloseTo(
          data.reduce((sum, q) => sum + q, 0),
          9,
        );
      }),
    ));

  it.each(['full', 'sampled-rival'] as const)(
    'with the %s step and 100,000 draws comes to the frequencies, and to their order',
    (update) => {
      const frequencies = [0.05, 0.3, 0.02, 0.4, 0.15, 0.08];
      const random = new Random(12);
      const uniform = () => random.uniform();
      const targets = Array.from({ length: 100_000 }, () => drawFromLaw(frequencies, uniform()));
      const utilities = new Float64Array(6);
      for (const [from, eta] of [0.05, 0.01, 0.002].entries()) {
        const third = targets.slice((from * 1e5) / 3, ((from + 1) * 1e5) / 3);
        learnUtilities(utilities, third, { eta, update, uniform });
      }
      const learned = softmax(utilities);
      const variation = learned.reduce((sum, p, v) => sum + Math.abs(p - frequencies[v]!) / 2, 0);
      expect(variation).toBeLessThan(0.02);
      for (let a = 0; a < 6; a++) {
        for (let b = 0; b < 6; b++) {
          if (frequencies[a]! - frequencies[b]! > 0.02) expect(utilities[a]).toBeGreaterThan(utilities[b]!);
        }
      }
    },
  );

  it('refuses a rival without draws', () => {
    expect(() => learnUtilities(new Float64Array(2), [0], { update: 'sampled-rival' })).toThrow(
      new DomainError('learnUtilities: uniform must be given to draw rivals with, got nothing'),
    );
    expect(() => learnUtilities(new Float64Array(2), [0], { eta: 0 })).toThrow('eta must be greater than 0, got 0');
  });
});

describe('the utility of a sequence', () => {
  const steps = [
    [2, 1, 0],
    [0, 3, 1],
  ];
  it('is its log-probability, the sum of its logits, or that per length', () => {
    const logProb = logSoftmax(steps[0]!)[0]! + logSoftmax(steps[1]!)[2]!;
    expect(sequenceUtility(steps, [0, 2])).toBeCloseTo(logProb, 12);
    expect(sequenceUtility(steps, [0, 2], { utility: 'logit' })).toBe(3);
    expect(sequenceUtility(steps, [0, 2], { utility: 'normalised' })).toBeCloseTo(logProb / 2, 12);
    expect(sequenceUtility([], [])).toBe(0);
  });

  it('does not change when the logits of a step move together, unless they are what is summed', () => {
    const moved = steps.map((row, t) => row.map((q) => q + 7 * (t + 1)));
    expect(sequenceUtility(moved, [1, 1])).toBeCloseTo(sequenceUtility(steps, [1, 1]), 12);
    expect(sequenceUtility(moved, [1, 1], { utility: 'logit' })).toBe(25);
  });

  it('refuses tokens out of range and rows that are missing', () => {
    expect(() => sequenceUtility(steps, [0])).toThrow('logits must be 1 rows, one per token, got 2');
    expect(() => sequenceUtility(steps, [0, 3])).toThrow('tokens must be from 0 to 2, got 3 at index 1');
  });
});

describe('ordinal agreement', () => {
  it('does not change under an increasing map of the utilities, and is 1 for the frequencies themselves', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 2, maxLength: 9 }),
        seeds,
        (u, seed) => {
          const random = new Random(seed);
          const f = u.map(() => random.uniform());
          const mapped = u.map((value) => Math.atan(value));
          fc.pre(new Set(mapped).size === u.length);
          expect(ordinalAgreement(f, mapped)).toEqual(ordinalAgreement(f, u));
          expect(ordinalAgreement(f, f)).toMatchObject({ pairwise: 1, topMatch: true, topRegret: 0 });
        },
      ),
    ));

  it('counts ties for neither side', () => {
    expect(ordinalAgreement([1, 2, 3], [5, 5, 6])).toMatchObject({ pairwise: 1, kendallTau: 2 / 3 });
    expect(ordinalAgreement([1, 1], [2, 3]).pairwise).toBeNaN();
    expect(ordinalAgreement([3, 1, 2], [0, 5, 1])).toMatchObject({ topMatch: false, topRegret: 2 });
    expect(() => ordinalAgreement([1], [1])).toThrow(DomainError);
  });
});

describe('utilities fitted to a task', () => {
  it('carry more clean information than their softmax: labels of a noisy ranker', () => {
    // Utilities rank the truth first in 85% of the sets, but their scale says little of that.
    const random = new Random(21);
    const utilities = Array.from({ length: 600 }, () => Array.from({ length: 10 }, () => 0.4 * random.normal()));
    const targets = utilities.map((row) => {
      const best = row.indexOf(Math.max(...row));
      return random.uniform() < 0.85 ? best : random.integer(10);
    });
    const fitted = rankTransform().fit({ utilities: utilities.slice(300), targets: targets.slice(300) });
    const hits = (law: (row: number[]) => Float64Array) =>
      mean(utilities.slice(0, 300).map((row, i) => law(row)[targets[i]!]!));
    expect(hits(fitted)).toBeGreaterThan(hits((row) => softmax(row)) + 0.3);
  });
});
