import { DomainError } from '@surprisal/core';
import { z } from 'zod';
import type { CheckedPrediction } from './model.js';
import { type Hypothesis, type SearchTask, adjusted, bestIndices, defineSearch, hypothesis } from './search.js';

interface BeamOptions {
  readonly beams: number;
  readonly lengthPenalty: number;
  readonly stopping: 'eager' | 'heuristic' | 'exact';
  readonly groups?: number;
  readonly diversityPenalty?: number;
}

/** A sequence that is still growing. */
interface Beam {
  readonly tokens: readonly number[];
  readonly logProb: number;
}

/** Beams that compete with each other. `finished` is best first, and at most as wide as the group. */
interface Group {
  readonly live: readonly Beam[];
  readonly finished: readonly Hypothesis[];
  readonly done: boolean;
}

const START: Group = { live: [{ tokens: [], logProb: 0 }], finished: [], done: false };

/** Beam search in groups that avoid each other's tokens; one group is plain beam search. */
async function searchBeams(task: SearchTask, options: BeamOptions): Promise<readonly Hypothesis[]> {
  const { beams, groups = 1 } = options;
  let state: readonly Group[] = Array<Group>(groups).fill(START);
  for (let length = 1; length <= task.maxTokens && state.some(({ done }) => !done); length++) {
    state = await step(task, state, { ...options, beams: beams / groups });
  }
  return state.flatMap((group) => (group.done ? group.finished : withLive(group, beams / groups, options)));
}

/** One token more for every live beam of every group: the model is asked once. */
async function step(task: SearchTask, state: readonly Group[], options: BeamOptions): Promise<readonly Group[]> {
  const growing = state.flatMap(({ live, done }) => (done ? [] : live));
  const predictions = await task.predict(growing.map(({ tokens }) => tokens));
  const taken = new Map<number, number>(); // how often groups before have chosen a token at this step
  let at = 0;
  return state.map((group) => {
    if (group.done) return group;
    const laws = predictions.slice(at, (at += group.live.length));
    const next = grow(group, laws, taken, task, options);
    for (const { tokens } of next.live) taken.set(tokens.at(-1)!, (taken.get(tokens.at(-1)!) ?? 0) + 1);
    return next;
  });
}

/** The group after one token more. Of the best candidates, ended ones of rank < n are stored, the first n others live on. */
function grow(
  { live: beams, finished: before }: Group,
  laws: readonly CheckedPrediction[],
  taken: ReadonlyMap<number, number>,
  { stop, maxTokens }: SearchTask,
  { beams: width, lengthPenalty, stopping, diversityPenalty = 0 }: BeamOptions,
): Group {
  const vocabulary = laws[0]!.logProbs.length;
  const sums = candidateSums(beams, laws); // [beams * vocabulary]
  const ranked = diversityPenalty > 0 ? penalised(sums, vocabulary, taken, diversityPenalty) : sums;
  const best = bestIndices(ranked, width * (1 + Math.max(1, stop.size)));
  const live: Beam[] = [];
  const ended: Hypothesis[] = [];
  best.forEach((index, rank) => {
    const token = index % vocabulary;
    const tokens = [...beams[Math.floor(index / vocabulary)]!.tokens, token];
    if (!stop.has(token)) {
      if (live.length < width) live.push({ tokens, logProb: sums[index]! });
    } else if (rank < width) ended.push(hypothesis(tokens, sums[index]!, true, lengthPenalty));
  });
  const finished = bestOf([...before, ...ended], width);
  const horizon = stopping === 'exact' && lengthPenalty > 0 ? maxTokens : beams[0]!.tokens.length + 1;
  const attainable = adjusted(Math.max(...best.map((index) => sums[index]!)), horizon, lengthPenalty);
  const hopeless = finished.length === width && (stopping === 'eager' || finished.at(-1)!.score >= attainable);
  return { live, finished, done: hopeless || live.length === 0 };
}

function candidateSums(beams: readonly Beam[], laws: readonly CheckedPrediction[]): Float64Array {
  const vocabulary = laws[0]!.logProbs.length;
  const sums = new Float64Array(beams.length * vocabulary);
  beams.forEach(({ logProb }, beam) => {
    const { logProbs } = laws[beam]!;
    for (let token = 0; token < vocabulary; token++) sums[beam * vocabulary + token] = logProb + logProbs[token]!;
  });
  return sums;
}

/** Hamming diversity: each time that a group before has chosen the token at this step costs the penalty. */
function penalised(sums: Float64Array, vocabulary: number, taken: ReadonlyMap<number, number>, penalty: number) {
  const ranked = sums.slice();
  for (const [token, count] of taken) {
    for (let index = token; index < ranked.length; index += vocabulary) ranked[index]! -= penalty * count;
  }
  return ranked;
}

const bestOf = (hypotheses: readonly Hypothesis[], count: number): readonly Hypothesis[] =>
  hypotheses.toSorted((a, b) => b.score - a.score).slice(0, count);

/** At the length limit, beams that are still growing compete with the finished ones. */
const withLive = ({ live, finished }: Group, width: number, { lengthPenalty }: BeamOptions) =>
  bestOf([...finished, ...live.map(({ tokens, logProb }) => hypothesis(tokens, logProb, false, lengthPenalty))], width);

const beams = z.number().int().min(1).default(4).meta({ upTo: 16 }).describe('sequences that are kept at each step');
const lengthPenalty = z
  .number()
  .min(-5)
  .max(5)
  .default(1)
  .meta({ step: 0.1 })
  .describe('score = log-probability / length^penalty: 0 favours short sequences, larger long ones');
const stopping = z
  .enum(['eager', 'heuristic', 'exact'])
  .default('heuristic')
  .describe(
    'eager: as soon as enough sequences have ended; heuristic: when no growing one is better at its length; exact: when none can become better',
  );

/**
 * Beam search: keeps the `beams` most probable beginnings, extends each of them by every token, and keeps the best again. The rules are
 * those of transformers: of the best 2 beams candidates an end token is stored if its rank is below `beams`; the score is
 * `log p / length^lengthPenalty`, the ending token counted; `stopping` is its `early_stopping` (eager: true, heuristic: false, exact: "never").
 *
 * A wider beam need not find a better sequence, except when it holds all of them.
 *
 * @param params `beams` >= 1, default 4; `lengthPenalty` in [-5, 5], default 1; `stopping` default `'heuristic'`
 * @throws DomainError for parameters out of range
 *
 * Wolf et al.: Transformers, 2020, arXiv:1910.03771.
 *
 * @example
 * const model = batched((tokens) => (tokens.at(-1) === 0 ? [0, 2, 1] : [1, 0, 3]));
 * const found = await beamSearch({ beams: 2 })({ model, prompt: [0], maxTokens: 5, stop: 2 });
 * console.log(found.map(({ tokens }) => tokens.join(' '))); // [ '1 2', '0 1 2' ]
 */
export const beamSearch = defineSearch({
  name: 'beam-search',
  summary: 'Keeps the most probable beginnings and extends each by every token.',
  formula: 'max Σ log p / length^λ',
  params: z.object({ beams, lengthPenalty, stopping }),
  search: searchBeams,
});

/**
 * Greedy search: the most probable token at every step, the lower index among equals. Beam search with one beam.
 *
 * @example
 * const model = batched((tokens) => (tokens.at(-1) === 0 ? [0, 2, 1] : [1, 0, 3]));
 * const [only] = await greedySearch()({ model, prompt: [0], maxTokens: 5, stop: 2 });
 * console.log(only!.tokens); // [ 1, 2 ]
 */
export const greedySearch = defineSearch({
  name: 'greedy-search',
  summary: 'The most probable token at every step.',
  formula: 'argmax p',
  params: z.object({}),
  search: (task) => searchBeams(task, { beams: 1, lengthPenalty: 0, stopping: 'eager' }),
});

/**
 * Diverse beam search: the beams are split into groups, and a group pays `diversityPenalty` for every beam of the groups before it that
 * has just chosen the same token. The penalty steers the choice alone; scores stay those of {@link beamSearch}, which is one group.
 *
 * @param params `beams` >= 1, default 4; `groups` >= 1 that divides it, default 2; `diversityPenalty` >= 0, default 0.5 nats;
 *   `lengthPenalty`, `stopping` as for beam search
 * @throws DomainError for parameters out of range, and when `groups` does not divide `beams`
 *
 * Vijayakumar et al.: Diverse Beam Search: Decoding Diverse Solutions from Neural Sequence Models, 2016, arXiv:1610.02424.
 *
 * @example
 * const model = batched(() => [2, 1, 0]);
 * const found = await diverseBeamSearch({ beams: 2, diversityPenalty: 3 })({ model, prompt: [], maxTokens: 2 });
 * console.log(found.map(({ tokens }) => tokens.join(' '))); // [ '0 0', '1 1' ]
 */
export const diverseBeamSearch = defineSearch({
  name: 'diverse-beam-search',
  summary: "Beam search in groups that avoid each other's tokens.",
  formula: 'Σ log p − λ · #(token taken by groups before)',
  params: z.object({
    beams,
    groups: z.number().int().min(1).default(2).meta({ upTo: 8 }).describe('groups that the beams are split into'),
    diversityPenalty: z
      .number()
      .min(0)
      .default(0.5)
      .meta({ upTo: 5, step: 0.1 })
      .describe('nats for a token that a group before has just chosen'),
    lengthPenalty,
    stopping,
  }),
  search(task, params) {
    if (params.beams % params.groups === 0) return searchBeams(task, params);
    throw new DomainError(
      `diverse-beam-search: groups must divide beams, got ${params.groups} groups of ${params.beams} beams`,
    );
  },
});
