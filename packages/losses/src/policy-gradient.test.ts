import { DomainError, Random, ShapeError, ndarray } from '@surprisal/core';
import { gradientsOf, memory, sum, toTensor } from '@surprisal/core/tensor';
import { everyEngine, expectNoLeak, onEngines, valuesOf } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { policyGradient, sampleRewards } from './policy-gradient.js';

const logits = [
  [
    [1, 0, -0.5],
    [0.2, 2, 0],
  ],
];

/** Rewards of two tokens of three, at random. */
const table = Array.from(new Random(4).uniforms(9));
const rewardOf = ([a, b]: Int32Array) => table[3 * a! + b!]!;

/** The expected reward of the logits, over all outputs. */
function expectedReward([first, second]: readonly (readonly number[])[]): number {
  const softmax = (row: readonly number[]) => {
    const mass = row.reduce((total, x) => total + Math.exp(x), 0);
    return row.map((x) => Math.exp(x) / mass);
  };
  const [p, q] = [softmax(first!), softmax(second!)];
  return p.reduce((total, a, i) => total + q.reduce((part, b, j) => part + a * b * table[3 * i + j]!, 0), 0);
}

async function estimated(
  reward: (tokens: Int32Array, sequence: number) => number,
  samples: number,
  seed: number,
  of = logits,
) {
  const scores = ndarray(Float32Array.from(of.flat(2)), [of.length, 2, 3]);
  const sampled = await sampleRewards(scores, reward, { random: new Random(seed), samples });
  const { value, gradients } = gradientsOf((h) => sum(policyGradient(h!, sampled)), [toTensor(scores)]);
  return { value: (await valuesOf(value))[0]!, gradient: await valuesOf(gradients[0]!) };
}

onEngines(everyEngine, () => {
  describe('policyGradient', () => {
    it('is minus the expected reward, and its gradient that of it, within what samples allow', async () => {
      const samples = 20_000;
      const { value, gradient } = await estimated(rewardOf, samples, 1);
      const bound = 4 / Math.sqrt(samples); // rewards and what they weigh are at most 1: so is what they differ by
      expect(Math.abs(value + expectedReward(logits[0]!))).toBeLessThan(bound);
      gradient.forEach((slope, i) => {
        const moved = (h: number) => expectedReward(logits[0]!.map((row, t) => row.map((x, v) => x + (3 * t + v === i ? h : 0)))); // prettier-ignore
        expect(Math.abs(slope + (moved(1e-4) - moved(-1e-4)) / 2e-4)).toBeLessThan(bound);
      });
    });

    it('has the gradient of its own two samples, against each other', async () => {
      for (let seed = 0; seed < 10; seed++) {
        const seen: Int32Array[] = [];
        const { value, gradient } = await estimated((tokens) => (seen.push(tokens), rewardOf(tokens)), 2, seed);
        const [first, second] = seen.map(rewardOf) as [number, number];
        expect(value).toBeCloseTo(-(first + second) / 2, 5);
        gradient.forEach((slope, i) => {
          const [t, v] = [Math.floor(i / 3), i % 3];
          const towardsFirst = Number(seen[0]![t] === v) - Number(seen[1]![t] === v);
          expect(slope).toBeCloseTo((-(first - second) / 2) * towardsFirst, 5);
        });
      }
    });

    it('has no gradient where all outputs are as good', async () => {
      for (const slope of (await estimated(() => 0.7, 5, 2)).gradient) expect(Math.abs(slope)).toBeLessThan(1e-6);
    });

    it('asks for the reward of each sequence, and never draws a masked token', async () => {
      const asked = new Set<number>();
      const masked = [logits[0]!, [[-Infinity, 0, 0], [0, -Infinity, 1e30]]]; // prettier-ignore
      const reward = (tokens: Int32Array, sequence: number) => {
        asked.add(sequence);
        if (sequence === 1) expect([1, 2]).toContain(tokens[0]);
        if (sequence === 1) expect(tokens[1]).toBe(2);
        return tokens[0]!;
      };
      const { value, gradient } = await estimated(reward, 50, 3, masked);
      expect([...asked]).toEqual([0, 1]);
      expect([value, ...gradient].some(Number.isNaN)).toBe(false);
    });

    it('leaves no tensors behind', async () => {
      const before = memory().numTensors;
      const sampled = await sampleRewards(logits, rewardOf, { random: new Random(1) });
      expect(memory().numTensors).toBe(before);
      expectNoLeak(() => policyGradient(logits, sampled));
    });

    it('refuses what it cannot do, in one line', async () => {
      const random = new Random(1);
      await expect(sampleRewards(logits[0]!, rewardOf, { random })).rejects.toThrow(ShapeError);
      await expect(sampleRewards(logits, rewardOf, { random, samples: 1 })).rejects.toThrow(
        new DomainError('sampleRewards: samples must be a whole number from 2 on, got 1'),
      );
      await expect(sampleRewards(logits, () => NaN, { random })).rejects.toThrow(
        new DomainError('sampleRewards: rewards must be finite, got NaN of sequence 0'),
      );
      for (const bad of [NaN, Infinity]) {
        await expect(sampleRewards([[[bad, 0]]], () => 1, { random })).rejects.toThrow(/one finite at each position, got others in sequence 0/); // prettier-ignore
      }
      await expect(sampleRewards([[[-Infinity, -Infinity]]], () => 1, { random })).rejects.toThrow(DomainError);
      const sampled = await sampleRewards(logits, rewardOf, { random });
      expect(() => policyGradient([[[0, 0, 0]]], sampled)).toThrow(ShapeError);
    });
  });
});
