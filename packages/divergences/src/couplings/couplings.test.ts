import { type NdArray, Random } from '@surprisal/core';
import { goldens, probabilities } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bottleneckCoupling } from './bottleneck.js';
import {
  exactCodes,
  greedyCodes,
  jointOfCodes,
  lowerRate,
  mergingLoss,
  raiseRate,
  twoSidedEncoder,
  uniformCodes,
} from './bounded-information.js';
import {
  actionMessageJoint,
  beliefAfter,
  gameRate,
  policyOfMessage,
  receiveMessage,
  sendMessage,
} from './coding-game.js';
import { type Joint, columnSums, entropyBits, mutualInformationBits, sumOf } from './entropy.js';
import { type GridOptions, gridWorld, softPolicy, stateOf } from './grid-world.js';
import {
  couplingEntropyBound,
  exactMinimumEntropyCoupling,
  jointEntropyBits,
  minimumEntropyCoupling,
  minimumEntropyCouplingOf,
} from './minimum-entropy-coupling.js';

const list = (array: NdArray) => Array.from(array.data);
const flat = (joint: Joint) => joint.flatMap((row) => Array.from(row));
const rows = (joint: Joint) => Float64Array.from(joint, sumOf);

// The file lies two folders up from here, as the tests of a folder lie deeper than the package's own.
goldens(new URL('..', import.meta.url).href, '16-mec-b', {
  greedyCoupling({ inputs }) {
    const joint = minimumEntropyCoupling(inputs.px, inputs.py);
    return {
      coupling: flat(joint),
      joint_entropy: jointEntropyBits(joint),
      mutual_information: mutualInformationBits(joint),
      lower_bound_max_marginal_entropy: couplingEntropyBound(joint),
    };
  },
  greedyCouplingMulti({ inputs }) {
    const coupling = minimumEntropyCouplingOf(Object.values(inputs as Record<string, NdArray>));
    return { coupling, joint_entropy: entropyBits(coupling.data) };
  },
  ebim({ inputs }) {
    const maps = list(inputs.rates).map((rate) => greedyCodes(inputs.px, rate));
    const second = list(inputs.px).sort((a, b) => b - a)[1]!;
    return {
      labels: maps.flatMap(({ codes }) => Array.from(codes)),
      mutual_information: maps.map(({ information }) => information),
      gap_bound_binary_entropy_of_second_largest: entropyBits([second, 1 - second]),
      best_deterministic_by_brute_force: list(inputs.rates).map((rate) => exactCodes(inputs.px, rate).information),
    };
  },
  deterministicMapNeighbourhood({ inputs, params }) {
    const { codes, information } = greedyCodes(inputs.px, params.rate);
    const joint = jointOfCodes(Float64Array.from(list(inputs.px)), codes);
    const [up, down] = [raiseRate(joint, params.eps), lowerRate(joint, params.eps)];
    return {
      labels: codes,
      base_entropy: information,
      up_joint: flat(up),
      up_H_T: entropyBits(columnSums(up)),
      up_I: mutualInformationBits(up),
      down_joint: flat(down),
      down_H_T: entropyBits(columnSums(down)),
      down_I: mutualInformationBits(down),
    };
  },
  mecbJoint({ inputs, params }) {
    const encoder = params.encoder === 'ebim' ? 'ebim' : 'uniform';
    const joint = bottleneckCoupling(inputs.px, inputs.py, params.rate, { encoder });
    return { joint: flat(joint), mutual_information: mutualInformationBits(joint) };
  },
  mecbRateCurve({ inputs }) {
    const curve = (encoder: 'ebim' | 'uniform') =>
      list(inputs.rates).map((rate) =>
        mutualInformationBits(bottleneckCoupling(inputs.px, inputs.py, rate, { encoder })),
      );
    return { ebim_mutual_information: curve('ebim'), uniform_quantisation_mutual_information: curve('uniform') };
  },
  codingGridStep({ inputs, params }) {
    const world = gridWorld(params as unknown as GridOptions);
    const state = stateOf(world.shape, params.state);
    const { q, policy } = softPolicy(world, params);
    const rate = gameRate({ prior: inputs.belief, compressionRate: params.compression_rate });
    const joint = actionMessageJoint(Float64Array.from(list(inputs.belief)), policy[state]!, rate);
    const reached = (moves: (typeof world.transitions)[number][number]) =>
      policy.map((_, next) => moves.find((move) => move.state === next)?.probability ?? 0);
    return {
      transition_from_state: world.transitions[state]!.flatMap(reached),
      q: flat(q),
      policy: flat(policy),
      rate_bits: rate,
      joint_action_message: flat(joint),
      message_conditional_policy: policyOfMessage(joint, params.message)!,
      mutual_information: mutualInformationBits(joint),
      next_belief: beliefAfter(joint, params.action_taken)!,
    };
  },
});

const vector = (n: number) => probabilities(1, n).map(({ data }) => data);
const expectNear = (actual: ArrayLike<number>, expected: ArrayLike<number>, error = 1e-6) => {
  expect(actual).toHaveLength(expected.length);
  Array.from(actual).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(error));
};

describe('the minimum-entropy coupling', () => {
  it('has its marginals, few cells, and an entropy between the bounds', () => {
    fc.assert(
      fc.property(vector(6), vector(4), (px, py) => {
        const joint = minimumEntropyCoupling(px, py);
        expectNear(rows(joint), px);
        expectNear(columnSums(joint), py);
        expect(flat(joint).filter((p) => p > 0).length).toBeLessThanOrEqual(9);
        expect(jointEntropyBits(joint)).toBeGreaterThanOrEqual(couplingEntropyBound(joint) - 1e-6);
        expect(jointEntropyBits(joint)).toBeLessThanOrEqual(entropyBits(px) + entropyBits(py) + 1e-6);
      }),
    );
  });

  it('is within 0.53 bit of the exact one, which is never above it', () => {
    fc.assert(
      fc.property(vector(4), vector(4), (px, py) => {
        const [greedy, exact] = [minimumEntropyCoupling(px, py), exactMinimumEntropyCoupling(px, py)];
        expectNear(rows(exact), px);
        expectNear(columnSums(exact), py);
        const gap = jointEntropyBits(greedy) - jointEntropyBits(exact);
        expect(gap).toBeGreaterThanOrEqual(-1e-6);
        expect(gap).toBeLessThanOrEqual(Math.log2(Math.E) / Math.E + 1e-6);
      }),
      { numRuns: 30 },
    );
  });

  it('of a vector with itself is diagonal, with a point mass the product, the other way round the transpose', () => {
    const [px, py] = [
      [0.4, 0.3, 0.2, 0.1],
      [0.55, 0.35, 0.1],
    ];
    const self = minimumEntropyCoupling(px, px);
    self.forEach((row, i) =>
      expectNear(
        row,
        px.map((p, j) => (i === j ? p : 0)),
        1e-9,
      ),
    );
    expect(mutualInformationBits(self)).toBeCloseTo(entropyBits(px), 9);
    expectNear(
      flat(minimumEntropyCoupling(px, [0, 1])),
      px.flatMap((p) => [0, p]),
      1e-7,
    );
    const [there, back] = [minimumEntropyCoupling(px, py), minimumEntropyCoupling(py, px)];
    there.forEach((row, i) => row.forEach((p, j) => expect(back[j]![i]).toBeCloseTo(p, 12)));
  });

  it('is near-optimal on random pairs of size 8: the mean of 3.10 bits that the card measured', () => {
    const random = new Random(16);
    const draw = () => {
      const values = Float64Array.from({ length: 8 }, () => random.uniform());
      return values.map((value) => value / sumOf(values));
    };
    let total = 0;
    for (let pair = 0; pair < 1000; pair++) {
      const joint = minimumEntropyCoupling(draw(), draw());
      total += jointEntropyBits(joint);
      expect(jointEntropyBits(joint) - couplingEntropyBound(joint)).toBeLessThan(1);
    }
    expect(total / 1000).toBeLessThan(3.15);
  });

  it('refuses what is no distribution', () => {
    expect(() => minimumEntropyCoupling([0.5, 0.4], [1])).toThrow(/marginal 0 must sum to 1 within 0.000001, got 0.9/);
    expect(() => minimumEntropyCoupling([1], [1.5, -0.5])).toThrow(
      /marginal 1 must be at least 0, got -0.5 at index 1/,
    );
    expect(() => minimumEntropyCouplingOf([])).toThrow(/must hold at least one, got none/);
    expect(() => exactMinimumEntropyCoupling(Array(6).fill(1 / 6), Array(6).fill(1 / 6))).toThrow(
      /take minimumEntropyCoupling/,
    );
  });
});

describe('entropy-bounded information', () => {
  const rates = [0, 0.3, 0.7, 1.1, 1.6, 2.2];

  it('keeps its rate, and falls short of the best map by at most h(p2)', () => {
    fc.assert(
      fc.property(vector(7), fc.constantFrom(...rates), (px, rate) => {
        const [greedy, exact] = [greedyCodes(px, rate), exactCodes(px, rate)];
        const second = Array.from(px).sort((a, b) => b - a)[1]!;
        expect(greedy.information).toBeLessThanOrEqual(rate + 1e-9);
        expect(mutualInformationBits(jointOfCodes(px, greedy.codes))).toBeCloseTo(greedy.information, 9);
        expect(exact.information - greedy.information).toBeGreaterThanOrEqual(-1e-9);
        expect(exact.information - greedy.information).toBeLessThanOrEqual(entropyBits([second, 1 - second]) + 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it('is one code at rate 0 and the identity from H(X) on, rounding aside', () => {
    const px = [0.1, 0.4, 0.2, 0.3];
    expect(Array.from(greedyCodes(px, 0).codes)).toEqual([0, 0, 0, 0]);
    expect(Array.from(greedyCodes(px, entropyBits(px) - 1e-14).codes)).toEqual([0, 1, 2, 3]);
    expect(Array.from(uniformCodes(px, 0.9).codes)).toEqual([0, 0, 0, 0]);
    expect(Array.from(uniformCodes(px, 1.6).codes)).toEqual([0, 0, 1, 1]);
  });

  it('loses (a + b) h(a / (a + b)) by a merge', () => {
    expect(mergingLoss(0.3, 0.1)).toBeCloseTo(0.4 * entropyBits([0.75, 0.25]), 12);
    expect(mergingLoss(0.3, 0)).toBe(0);
  });

  it('rises and falls with the moves of Theorem 3, and fills rates between maps by them', () => {
    fc.assert(
      fc.property(vector(5), fc.constantFrom(...rates), (px, rate) => {
        const between = twoSidedEncoder(px, rate, { steps: 12 });
        expect(entropyBits(columnSums(between))).toBeLessThanOrEqual(rate + 1e-9);
        expect(mutualInformationBits(between)).toBeGreaterThanOrEqual(exactCodes(px, rate).information - 1e-9);
        expectNear(rows(between), px, 1e-9);
      }),
      { numRuns: 20 },
    );
    const joint = jointOfCodes(Float64Array.of(0.4, 0.27, 0.18, 0.1, 0.05), Int32Array.of(0, 0, 1, 2, 2));
    const [up, down] = [raiseRate(joint, 1e-3), lowerRate(joint, 1e-3)];
    for (const measure of [mutualInformationBits, (j: Joint) => entropyBits(columnSums(j))]) {
      expect(measure(up)).toBeGreaterThan(measure(joint));
      expect(measure(down)).toBeLessThan(measure(joint));
    }
    expect(() => raiseRate(joint, 0.05)).toThrow(/mass must be above 0 and below the cell's 0.05, got 0.05/);
    expect(() => lowerRate([Float64Array.of(1)], 0.1)).toThrow(/at least two codes/);
  });

  it('with a coupling behind it keeps marginals and rate, and is the plain coupling from H(X) on', () => {
    fc.assert(
      fc.property(vector(6), vector(5), fc.constantFrom(...rates), (px, py, rate) => {
        for (const encoder of ['ebim', 'uniform'] as const) {
          const joint = bottleneckCoupling(px, py, rate, { encoder });
          expectNear(rows(joint), px);
          expectNear(columnSums(joint), py);
          expect(mutualInformationBits(joint)).toBeLessThanOrEqual(Math.min(rate, entropyBits(py)) + 1e-6);
        }
        const [free, plain] = [bottleneckCoupling(px, py, 9), minimumEntropyCoupling(px, py)];
        if (px.every((p) => p > 0)) expectNear(flat(free), flat(plain), 1e-9);
      }),
      { numRuns: 50 },
    );
    expect(() => bottleneckCoupling([1], [1], -1)).toThrow(/rate must be at least 0 bits, got -1/);
  });
});

describe('the coding game', () => {
  const world = gridWorld({ shape: [4, 4], goal: [0, 3], trap: [1, 3], obstacles: [[1, 1]] });
  const { policy } = softPolicy(world, { beta: Math.exp(-3), iterations: 60 });
  const prior = new Float64Array(8).fill(1 / 8);

  it('plays the policy exactly when averaged over messages, and its belief stays a distribution', () => {
    fc.assert(
      fc.property(vector(6), fc.integer({ min: 0, max: 15 }), fc.constantFrom(0.3, 1, 2), (belief, state, rate) => {
        const joint = actionMessageJoint(belief, policy[state]!, rate);
        expectNear(rows(joint), policy[state]!);
        for (let action = 0; action < 4; action++) {
          const next = beliefAfter(joint, action);
          if (next) expect(sumOf(next)).toBeCloseTo(1, 9);
        }
      }),
    );
  });

  it('lets the receiver believe what the sender knows it believes, and read most messages', () => {
    let right = 0;
    for (let message = 0; message < 8; message++) {
      const game = { world, policy, prior, compressionRate: 0.7 };
      const episode = sendMessage(game, { message, start: 12, random: new Random(message) });
      const received = receiveMessage(game, episode.steps);
      expect(Array.from(received.belief)).toEqual(Array.from(episode.belief));
      expect(received.decoded).toBe(episode.decoded);
      if (episode.decoded === message) right++;
      expect(Math.abs(episode.reward)).toBeLessThanOrEqual(1);
    }
    expect(right).toBeGreaterThanOrEqual(6);
  });

  it('survives an action that is never taken, and refuses what cannot be played', () => {
    const sure = policy.map(() => Float64Array.of(1, 0, 0, 0));
    const game = { world, policy: sure, prior };
    expectNear(receiveMessage(game, [{ state: 12, action: 2 }]).belief, prior, 1e-12);
    expect(() => sendMessage(game, { message: 8, start: 12, random: new Random(1) })).toThrow(/prior above 0, got 8/);
    expect(() => gameRate({ prior, compressionRate: 0 })).toThrow(/compressionRate must be above 0, to 1, got 0/);
    expect(() => gridWorld({ shape: [2, 2], goal: [2, 0] })).toThrow(/cells must lie in \[2, 2\], got \[2, 0\]/);
    expect(() => gridWorld({ shape: [2, 2], goal: [0, 0], noise: 0.6 })).toThrow(/noise must be from 0 to 0.5/);
    expect(() => softPolicy(world, { beta: -1 })).toThrow(/beta must be at least 0, got -1/);
  });

  it('goes straight to the goal at beta 0, and wanders at a large one', () => {
    const straight = softPolicy(world, { beta: 0 }).policy[stateOf(world.shape, [0, 2])]!;
    expect(straight[1]).toBeCloseTo(1, 6);
    const mean = (beta: number) =>
      softPolicy(world, { beta }).policy.reduce((total, row) => total + entropyBits(row), 0) / 16;
    const entropies = [0.001, 0.01, 0.1, 1].map(mean);
    expect(entropies).toEqual([...entropies].sort((a, b) => a - b));
    expect(entropies.at(-1)).toBeGreaterThan(1.5);
  });
});
