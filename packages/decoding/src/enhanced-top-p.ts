import { Random, paper } from '@surprisal/core';
import { z } from 'zod';
import { Candidates } from './candidates.js';
import { logSoftmax, softmax } from './log-softmax.js';
import type { Numbers } from './logits.js';
import { type Hypothesis, type SearchTask, adjusted, bestIndices, defineSearch, hypothesis } from './search.js';

/**
 * The nucleus of a law: its most probable tokens, in order, until they first hold the mass `p`; the token that reaches it included, the
 * lower index first among equals.
 *
 * @param logProbs `[vocabulary]`, in nats
 *
 * @example
 * console.log(nucleus([0.2, 0.5, 0.3].map(Math.log), 0.7)); // [ 1, 2 ]
 */
export function nucleus(logProbs: Numbers, p: number): number[] {
  if (logProbs.every((logProb) => logProb === -Infinity)) return [];
  const candidates = new Candidates().load(logProbs, 'nucleus');
  if (p < 1) candidates.keepMass(p);
  const { ids, count } = candidates;
  return Array.from(candidates.largest(count).subarray(0, count), (position) => ids[position]!);
}

/**
 * Scores of all continuations, `s(b, v) = a_b + log p_b(v)` for v in the nucleus of beam b and -Infinity outside: `[beams * vocabulary]`. The
 * probabilities are not renormalised in the nucleus, so that scores of paths stay comparable. A beam without a possible token has none.
 *
 * @param accumulated `[beams]`, log-probabilities of the paths so far
 * @param laws `[beams][vocabulary]`, log-probabilities of the next token
 * @param p mass of each nucleus, in (0, 1]
 *
 * @example
 * const scores = pathScores([-1], [logSoftmax([0, 0, -9])], 0.9);
 * console.log(Array.from(scores, (score) => score.toFixed(2))); // [ '-1.69', '-1.69', '-Infinity' ]
 */
export function pathScores(accumulated: ArrayLike<number>, laws: readonly Numbers[], p: number): Float64Array {
  const vocabulary = laws[0]!.length;
  const scores = new Float64Array(laws.length * vocabulary).fill(-Infinity);
  laws.forEach((logProbs, beam) => {
    for (const v of nucleus(logProbs, p)) scores[beam * vocabulary + v] = accumulated[beam]! + logProbs[v]!;
  });
  return scores;
}

/** How continuations are chosen from their scores. */
export interface PathSelection {
  readonly mode: 'deterministic' | 'sample' | 'joint-nucleus';
  readonly keep: number;
  /** Of the law of paths `q = softmax(s / temperature)`, > 0. */
  readonly temperature: number;
  /** Mass of the joint nucleus. */
  readonly p: number;
  /** A standard Gumbel number for the i-th score. */
  readonly gumbel: (i: number) => number;
}

/**
 * The continuations to keep, as indices of their scores, best first: the largest scores, or a draw without replacement from
 * `q = softmax(s / temperature)` by the Gumbel-top-k trick, or that from q cut to its own nucleus.
 *
 * @example
 * const gumbel = () => 0;
 * console.log(selectPaths([-1, -3, -2], { mode: 'deterministic', keep: 2, temperature: 1, p: 0.9, gumbel })); // [ 0, 2 ]
 */
export function selectPaths(
  scores: ArrayLike<number>,
  { mode, keep, temperature, p, gumbel }: PathSelection,
): number[] {
  if (mode === 'deterministic') return bestIndices(scores, keep);
  const perturbed = tempered(scores, temperature);
  const among = mode === 'joint-nucleus' ? nucleus(logSoftmax(perturbed), p) : undefined;
  const drawn = among ? new Float64Array(scores.length).fill(-Infinity) : perturbed;
  if (among) for (const i of among) drawn[i] = perturbed[i]!;
  for (let i = 0; i < drawn.length; i++) if (drawn[i]! > -Infinity) drawn[i]! += gumbel(i);
  return bestIndices(drawn, keep);
}

/**
 * The law of paths over all continuations, `q = softmax(s / temperature)`; 0 outside the nuclei.
 *
 * @example
 * console.log(pathLaw([Math.log(3), 0, -Infinity], 1)); // Float64Array(3) [ 0.75, 0.25, 0 ]
 */
export const pathLaw = (scores: ArrayLike<number>, temperature: number): Float64Array =>
  softmax(scores, 1 / temperature, 'enhanced-top-p');

const tempered = (scores: ArrayLike<number>, temperature: number) =>
  temperature === 1 ? Float64Array.from(scores) : Float64Array.from(scores).map((score) => score / temperature);

const params = z.object({
  p: z.number().gt(0).max(1).default(0.9).meta({ step: 0.01 }).describe("mass of each chain's nucleus"),
  keep: z.number().int().min(1).default(4).meta({ upTo: 32 }).describe('chains that are kept at each step'),
  mode: z
    .enum(['deterministic', 'sample', 'joint-nucleus'])
    .default('deterministic')
    .describe('how chains are kept: the best, a draw by path probability, or that draw from a nucleus of the paths'),
  temperature: z
    .number()
    .gt(0)
    .default(1)
    .meta({ upTo: 3, step: 0.1 })
    .describe('of the law that paths are drawn from'),
  lengthPenalty: z
    .number()
    .min(-5)
    .max(5)
    .default(0)
    .meta({ step: 0.1 })
    .describe('chains are ranked at the end by log-probability / length^penalty'),
  seed: z.number().int().min(0).default(0).describe('of the draws'),
});

async function search(task: SearchTask, options: z.output<typeof params>): Promise<readonly Hypothesis[]> {
  const random = new Random(options.seed).split('enhanced-top-p');
  const gumbel = () => -Math.log(-Math.log(1 - random.uniform()));
  let chains: readonly Hypothesis[] = [hypothesis([], 0, false)];
  for (let length = 1; length <= task.maxTokens && chains.some(({ finished }) => !finished); length++) {
    chains = await step(task, chains, { ...options, gumbel });
  }
  return chains.map((chain) => ({
    ...chain,
    score: adjusted(chain.logProb, chain.tokens.length, options.lengthPenalty),
  }));
}

/** One token more. Finished chains stand among the candidates with the score they have, and compete on. */
async function step(task: SearchTask, chains: readonly Hypothesis[], selection: PathSelection) {
  const live = chains.filter(({ finished }) => !finished);
  const ended = chains.filter(({ finished }) => finished);
  const laws = (await task.predict(live.map(({ tokens }) => tokens))).map(({ logProbs }) => logProbs);
  const vocabulary = laws[0]!.length;
  const scores = new Float64Array(ended.length + live.length * vocabulary);
  scores.set(ended.map(sum));
  scores.set(pathScores(live.map(sum), laws, selection.p), ended.length);
  return selectPaths(scores, selection).map((i) => {
    if (i < ended.length) return ended[i]!;
    const token = (i - ended.length) % vocabulary;
    const beam = live[Math.floor((i - ended.length) / vocabulary)]!;
    return hypothesis([...beam.tokens, token], scores[i]!, task.stop.has(token));
  });
}

const sum = ({ logProb }: Hypothesis) => logProb;

/**
 * Enhanced top-p: keeps several chains, cuts each one's next-token law to its nucleus, and chooses continuations by the probability of the
 * whole path rather than of the token alone. With p = 1 and `deterministic` it is beam search; with `keep` = 1 and `sample` it is top-p
 * sampling; with p = 1 and `sample`, beams drawn by the Gumbel-top-k trick.
 *
 * The paper does not state its rule in full: this is our precise form of it.
 *
 * @param params `p` in (0, 1], default 0.9; `keep` >= 1, default 4; `mode` `'deterministic'` (default), `'sample'` or `'joint-nucleus'`;
 *   `temperature` > 0, default 1; `lengthPenalty` in [-5, 5], default 0; `seed` >= 0, default 0
 * @throws DomainError for parameters out of range
 *
 * Li, Li: Analysis on Riemann Hypothesis with Cross Entropy Optimization and Reasoning, 2024, arXiv:2409.19790.
 *
 * @example
 * const model = batched((tokens) => (tokens.at(-1) === 0 ? [0, 2, 1] : [1, 0, 3]));
 * const found = await enhancedTopP({ keep: 2 })({ model, prompt: [0], maxTokens: 5, stop: 2 });
 * console.log(found.map(({ tokens, score }) => `${tokens.join(' ')}: ${score.toFixed(3)}`)); // [ '1 2: -0.577', '2: -1.408' ]
 */
export const enhancedTopP = defineSearch({
  name: 'enhanced-top-p',
  summary: 'Several chains, each cut to its nucleus, chosen by the probability of the whole path.',
  formula: 's(b, v) = a_b + log p_b(v), v in the nucleus of b',
  paper: paper(14),
  params,
  search,
});
