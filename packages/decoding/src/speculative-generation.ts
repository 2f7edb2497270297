import { DomainError, Random } from '@surprisal/core';
import { Candidates } from './candidates.js';
import { softmax } from './log-softmax.js';
import type { Numbers } from './logits.js';
import { type NextLogits, type SequenceModel, checkMaxTokens, sameLength, stopTokens } from './model.js';
import type { Sampler } from './sampler.js';
import { type Law, drawFromLaw, verifyDraft } from './speculative.js';

/** What to generate speculatively. */
export interface SpeculativeRequest {
  /** The model whose law the text has. Is asked once a round, for the draft's beginnings. */
  readonly target: SequenceModel;
  /** A cheaper model of the same vocabulary. */
  readonly draft: NextLogits;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** Tokens drafted per round, gamma >= 1; default 4. */
  readonly draftLength?: number;
  /** Logits to the law that is drawn from, for both models; default softmax. {@link lawOf} makes one of a sampler. */
  readonly law?: (logits: Numbers) => Law;
  readonly stop?: number | readonly number[];
  /** Of the draws; default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** One call of the target. */
export interface SpeculativeRound {
  /** The tokens it brought: those accepted, and one more unless the text ended before. */
  readonly tokens: readonly number[];
  readonly drafted: number;
  readonly accepted: number;
}

/**
 * Speculative generation: a draft model proposes several tokens, the target verifies them in one call. The text has exactly the law of
 * the target; the better the draft, the fewer its calls.
 *
 * @throws DomainError, ShapeError for logits that are none or of different lengths
 *
 * @example
 * const target = batched(() => [1, 0, 0.5]);
 * for await (const round of speculative({ target, draft: () => [1, 0, 0.5], prompt: [], maxTokens: 10 })) {
 *   console.log(round.drafted, round.accepted, round.tokens.length);
 *   // 4 4 5
 *   // 4 4 5
 * }
 */
export async function* speculative({
  target,
  draft,
  prompt,
  maxTokens,
  draftLength = 4,
  law = (logits) => softmax(logits, 1, 'speculative'),
  stop,
  seed = 0,
  signal,
}: SpeculativeRequest): AsyncGenerator<SpeculativeRound, void, void> {
  checkMaxTokens('speculative', maxTokens);
  if (!(Number.isSafeInteger(draftLength) && draftLength >= 1)) {
    throw new DomainError(`speculative: draftLength must be a whole number of at least 1, got ${draftLength}`);
  }
  const stops = stopTokens(stop);
  const random = new Random(seed).split('speculative');
  const uniform = () => random.uniform();
  const vocabulary = sameLength('speculative');
  const text: number[] = [];
  while (text.length < maxTokens) {
    signal?.throwIfAborted();
    const before = [...prompt, ...text];
    const proposed = await propose(before, Math.min(draftLength, maxTokens - text.length - 1));
    const beginnings = Array.from({ length: proposed.tokens.length + 1 }, (_, i) => [
      ...before,
      ...proposed.tokens.slice(0, i),
    ]);
    const laws = (await target(beginnings)).map((answer) =>
      law(vocabulary('logits' in answer ? answer.logits : answer)),
    );
    const { accepted, token } = verifyDraft({ ...proposed, target: laws }, uniform);
    const tokens = untilStop([...proposed.tokens.slice(0, accepted), token]);
    text.push(...tokens);
    yield { tokens, drafted: proposed.tokens.length, accepted };
    if (stops.has(tokens.at(-1)!)) return;
  }

  async function propose(before: readonly number[], length: number) {
    const tokens: number[] = [];
    const laws: Law[] = [];
    while (tokens.length < length && !stops.has(tokens.at(-1)!)) {
      laws.push(law(vocabulary(await draft([...before, ...tokens]))));
      tokens.push(drawFromLaw(laws.at(-1)!, uniform()));
    }
    return { tokens, draft: laws };
  }

  function untilStop(tokens: readonly number[]): readonly number[] {
    const end = tokens.findIndex((token) => stops.has(token));
    return end < 0 ? tokens : tokens.slice(0, end + 1);
  }
}

/** A speculative generation, to the end. */
export interface SpeculativeCompletion {
  readonly tokens: readonly number[];
  /** Calls of the target. */
  readonly rounds: number;
  readonly drafted: number;
  readonly accepted: number;
  /** Of the drafted tokens, how many were accepted; NaN when none was drafted. */
  readonly acceptance: number;
  /** How many tokens a call of the target brought. */
  readonly tokensPerRound: number;
}

/**
 * {@link speculative}, to the end, with its statistics.
 *
 * @example
 * const coin = () => [0, 0];
 * const { rounds, tokensPerRound } = await completeSpeculatively({ target: batched(coin), draft: coin, prompt: [], maxTokens: 50 });
 * console.log(rounds, tokensPerRound); // 10 5
 */
export async function completeSpeculatively(request: SpeculativeRequest): Promise<SpeculativeCompletion> {
  const rounds: SpeculativeRound[] = [];
  for await (const round of speculative(request)) rounds.push(round);
  const tokens = rounds.flatMap((round) => round.tokens);
  const drafted = rounds.reduce((sum, round) => sum + round.drafted, 0);
  const accepted = rounds.reduce((sum, round) => sum + round.accepted, 0);
  return {
    tokens,
    rounds: rounds.length,
    drafted,
    accepted,
    acceptance: accepted / drafted,
    tokensPerRound: tokens.length / rounds.length,
  };
}

/**
 * The law that a sampler draws from, as a function of logits: `[V]`, 0 for the tokens that it removes. For samplers without a memory
 * (truncations, temperatures, chains of them): it is told no tokens.
 *
 * @example
 * console.log(lawOf(topK({ k: 2 }))([0, 0, -1])); // Float64Array(3) [ 0.5, 0.5, 0 ]
 */
export function lawOf(sampler: Sampler): (logits: Numbers) => Float64Array {
  const candidates = new Candidates();
  return (logits) => {
    sampler.apply(candidates.load(logits, sampler.method));
    const law = new Float64Array(logits.length);
    for (let i = 0; i < candidates.count; i++) law[candidates.ids[i]!] = candidates.probability(i);
    return law;
  };
}
