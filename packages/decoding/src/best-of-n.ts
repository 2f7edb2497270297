import { DomainError } from '@surprisal/core';

/** One of several candidates, with its score. */
export interface Best<T> {
  readonly best: T;
  readonly index: number;
  readonly score: number;
}

/**
 * Best-of-N: the candidate with the highest score (a reward model's, a verifier's, its own log-probability), the first among equals. A
 * score of NaN is worse than every other.
 *
 * @throws DomainError when there are no candidates
 *
 * @example
 * console.log((await bestOfN(['a', 'abc', 'ab'], (text) => text.length)).best); // abc
 */
export async function bestOfN<T>(
  candidates: readonly T[],
  score: (candidate: T, index: number) => number | Promise<number>,
): Promise<Best<T>> {
  if (candidates.length === 0) throw new DomainError('bestOfN: candidates must hold at least one, got none');
  const scores = await Promise.all(candidates.map(async (candidate, i) => score(candidate, i)));
  let index = 0;
  scores.forEach((value, i) => {
    if (value > scores[index]! || (Number.isNaN(scores[index]) && !Number.isNaN(value))) index = i;
  });
  return { best: candidates[index]!, index, score: scores[index]! };
}

/** How answers are counted. */
export interface VoteOptions<T> {
  /** What makes two answers the same; default the answer itself. */
  readonly key?: (answer: T) => unknown;
  /** `[N]`, >= 0: how much each answer counts; default 1. Probabilities or rewards make a weighted vote. */
  readonly weights?: ArrayLike<number>;
}

/** What a vote has come to. */
export interface Vote<T> {
  /** The first of the answers that won. */
  readonly answer: T;
  readonly votes: number;
  /** Of all votes. */
  readonly share: number;
}

/**
 * Self-consistency: the answer that most of N samples give; the first given among equals. An answer of undefined is an abstention.
 *
 * @throws DomainError when nobody votes, or weights are negative or not one per answer
 *
 * Wang et al.: Self-Consistency Improves Chain of Thought Reasoning in Language Models, 2022, arXiv:2203.11171.
 *
 * @example
 * console.log(majorityVote([7, 12, 7, 5])); // { answer: 7, votes: 2, share: 0.5 }
 * console.log(majorityVote([7, 12, 7, 5], { weights: [1, 3, 1, 0] }).answer); // 12
 */
export function majorityVote<T>(
  answers: readonly T[],
  { key = (answer) => answer, weights }: VoteOptions<T> = {},
): Vote<T> {
  if (weights && (weights.length !== answers.length || Array.from(weights).some((weight) => !(weight >= 0)))) {
    throw new DomainError(`majorityVote: weights must be ${answers.length} numbers >= 0, one per answer`);
  }
  const tally = new Map<unknown, { answer: T; votes: number }>();
  answers.forEach((answer, i) => {
    if (answer === undefined) return;
    const entry = tally.get(key(answer)) ?? { answer, votes: 0 };
    tally.set(key(answer), { answer: entry.answer, votes: entry.votes + (weights?.[i] ?? 1) });
  });
  const counted = Array.from(tally.values());
  const total = counted.reduce((sum, { votes }) => sum + votes, 0);
  if (!(total > 0)) throw new DomainError('majorityVote: answers must hold a vote, got none');
  const winner = counted.reduce((best, entry) => (entry.votes > best.votes ? entry : best));
  return { ...winner, share: winner.votes / total };
}
