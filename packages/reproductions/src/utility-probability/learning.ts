import {
  type ClaimEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  Random,
  claim,
  estimate,
  table,
} from '@surprisal/core';
import { learnUtilities, preferenceGradient, softmax } from '@surprisal/decoding';
import type { Part } from '../shared/in-turn.js';
import type { UtilityParams } from './params.js';

const OUTPUTS = 6;

const updates = ['full', 'sampled-rival'] as const;
type Update = (typeof updates)[number];

/** What tabular learning has come to. */
export interface LearningResult {
  readonly task: 'learning';
  readonly update: Update;
  readonly seed: number;
  /** After the share of the targets that each rate has. */
  readonly stages: readonly Stage[];
  /** Pairs of outputs whose frequencies differ by more than 0.02, and those of them that the utilities order as well. */
  readonly pairs: number;
  readonly agreeing: number;
}

interface Stage {
  readonly eta: number;
  /** Total variation between softmax(Q) and the frequencies. */
  readonly variation: number;
  /** What it is on average after many steps of this size: {@link steadyVariation}. */
  readonly expected: number;
}

/** Both updates with each seed. */
export const learningParts = ({ params, seed }: StudyContext<UtilityParams>): Part<LearningResult>[] =>
  updates.flatMap((update) =>
    Array.from({ length: params.seeds }, (_, i) => ({
      label: `learning, ${update}, seed ${seed + i}`,
      compute: () => learn(update, params, seed + i),
    })),
  );

/** Learns frequencies that are drawn themselves, all laws alike. Both updates see the same targets. */
function learn(update: Update, { draws, etas }: UtilityParams, seed: number): LearningResult {
  const random = new Random(seed).split('learning');
  const weights = Array.from({ length: OUTPUTS }, () => -Math.log(1 - random.uniform()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const frequencies = weights.map((weight) => weight / total);
  const outputs = Array.from(frequencies.keys());
  const targets = Array.from({ length: draws }, () => random.choice(outputs, frequencies));
  const rivals = random.split('rivals');
  const utilities = new Float64Array(OUTPUTS);
  const stages = etas.map((eta, stage) => {
    const [from, to] = [stage, stage + 1].map((n) => Math.round((n * draws) / etas.length));
    learnUtilities(utilities, targets.slice(from, to), { eta, update, uniform: () => rivals.uniform() });
    const variation = softmax(utilities).reduce((sum, p, v) => sum + Math.abs(p - frequencies[v]!) / 2, 0);
    return { eta, variation, expected: steadyVariation(frequencies, eta, update) };
  });
  return { task: 'learning', update, seed, stages, ...agreement(frequencies, utilities) };
}

/**
 * The mean total variation to which steps of one size come. Near the fixed point Q moves by -eta S dQ, S = diag f - f f', with noise of
 * covariance eta^2 S for full updates, and twice that against a drawn rival: dQ is normal of covariance eta / 2 (or eta) times the identity,
 * and p errs by S dQ.
 */
function steadyVariation(frequencies: readonly number[], eta: number, update: Update): number {
  const variance = update === 'full' ? eta / 2 : eta;
  return frequencies.reduce((sum, f, v) => {
    const squares = frequencies.reduce((total, g, w) => total + (f * ((v === w ? 1 : 0) - g)) ** 2, 0);
    return sum + Math.sqrt((2 / Math.PI) * variance * squares) / 2;
  }, 0);
}

function agreement(frequencies: readonly number[], utilities: Float64Array) {
  const pairs = frequencies.flatMap((f, a) =>
    frequencies.flatMap((g, b) => (f - g > 0.02 ? [utilities[a]! > utilities[b]!] : [])),
  );
  return { pairs: pairs.length, agreeing: pairs.filter(Boolean).length };
}

/** Table and claim 1. */
export function* learningEvents(
  results: readonly LearningResult[],
  { params, seed }: StudyContext<UtilityParams>,
): Generator<StudyEvent> {
  yield learningTable(results, params);
  yield identityClaim(seed);
  for (const update of updates)
    yield fixedPointClaim(
      results.filter((result) => result.update === update),
      params,
    );
}

function fixedPointClaim(results: readonly LearningResult[], { draws, etas }: UtilityParams): ClaimEvent {
  const ends = results.map(({ stages }) => stages.at(-1)!);
  const worst = Math.max(...ends.map(({ variation }) => variation));
  const expected = estimate(ends.map((end) => end.expected)).mean;
  const [pairs, agreeing] = (['pairs', 'agreeing'] as const).map((key) =>
    results.reduce((sum, result) => sum + result[key], 0),
  );
  return claim({
    says: `${results[0]!.update} updates: softmax(Q) is within 0.02 total variation of the frequencies, and pairs that differ by more than 0.02 are in their order`,
    paper: 'maximum likelihood learns an ordinal utility',
    measured: `at most ${worst.toFixed(4)}; ${agreeing} of ${pairs} pairs`,
    holds: worst <= 0.02 && agreeing === pairs,
    note: `${results.length} laws of ${OUTPUTS} outputs, ${draws} draws; the last steps, of size ${etas.at(-1)}, leave a variation of ${expected.toFixed(4)} on average`,
  });
}

function learningTable(results: readonly LearningResult[], { etas }: UtilityParams): TableEvent {
  return table({
    name: 'learning',
    columns: [
      { key: 'update', title: 'update' },
      { key: 'eta', title: 'eta, one after another' },
      { key: 'variation', title: 'total variation' },
      { key: 'worst', title: 'at most' },
      { key: 'expected', title: 'to be expected of eta' },
    ],
    rows: updates.flatMap((update) =>
      etas.map((eta, stage) => {
        const own = results.filter((result) => result.update === update).map(({ stages }) => stages[stage]!);
        return {
          update,
          eta,
          variation: estimate(own.map(({ variation }) => variation)),
          worst: Math.max(...own.map(({ variation }) => variation)),
          expected: estimate(own.map(({ expected }) => expected)).mean,
        };
      }),
    ),
  });
}

function identityClaim(seed: number): ClaimEvent {
  const random = new Random(seed).split('identity');
  let worst = 0;
  for (let row = 0; row < 1000; row++) {
    const logits = Array.from({ length: 10 }, () => 5 * random.normal());
    const { gradient, expectedPreference } = preferenceGradient(logits, random.integer(10));
    gradient.forEach((g, v) => (worst = Math.max(worst, Math.abs(g - expectedPreference[v]!))));
  }
  return claim({
    says: 'the gradient of a log-likelihood is the mean preference of its target over rivals drawn from the model, to rounding',
    paper: 'an identity',
    measured: `differ by at most ${worst.toExponential(1)}`,
    holds: worst < 1e-12,
    note: '1000 rows of 10 random logits',
  });
}
