import { DomainError } from '@surprisal/core';

/** A law over tokens: probabilities that sum to 1. */
export type Law = ArrayLike<number>;

/** A draft of g tokens, and what both models say of it. */
export interface Draft {
  /** `[g + 1][V]`, the target's laws before each drafted token and after the last. */
  readonly target: readonly Law[];
  /** `[g][V]`, the laws that the tokens were drawn from. */
  readonly draft: readonly Law[];
  /** `[g]` */
  readonly tokens: readonly number[];
}

/** What a verification of a draft has come to. */
export interface Verification {
  /** How many tokens were accepted before the first that was not. */
  readonly accepted: number;
  /** The law of the token that follows: the residual where one was rejected, the target's last law otherwise. */
  readonly law: Float64Array;
  /** The token drawn from it. */
  readonly token: number;
}

/**
 * The probability of accepting a drafted token, `min(1, p(x) / q(x))`.
 *
 * @throws DomainError when q(x) = 0: such a token cannot have been drawn
 *
 * @example
 * console.log(acceptanceRatio([0.2, 0.8], [0.5, 0.5], 0)); // 0.4
 */
export function acceptanceRatio(target: Law, draft: Law, token: number): number {
  if (draft[token]! > 0) return Math.min(1, target[token]! / draft[token]!);
  throw new DomainError(`acceptanceRatio: token ${token} must have a draft probability above 0, got ${draft[token]}`);
}

/**
 * Verifies a draft: token i is accepted when `u_i < min(1, p_i(x_i) / q_i(x_i))`; the first that is not is drawn again from
 * `max(p_i - q_i, 0)`, normalised, and after a draft that is accepted whole one more token is drawn from the target. What comes out has
 * exactly the law of the target, whatever the draft.
 *
 * @param uniform numbers in [0, 1): one for each token that is looked at, then one for the draw
 * @throws DomainError when a drafted token has probability 0 in its own law
 *
 * Leviathan, Kalman, Matias: Fast Inference from Transformers via Speculative Decoding, 2023, arXiv:2211.17192; Chen et al.:
 * Accelerating Large Language Model Decoding with Speculative Sampling, 2023, arXiv:2302.01318.
 *
 * @example
 * const draft = { target: [[0.2, 0.8], [0.5, 0.5]], draft: [[0.5, 0.5]], tokens: [0] };
 * console.log(verifyDraft(draft, () => 0.9).accepted, verifyDraft(draft, () => 0.1).accepted); // 0 1
 */
export function verifyDraft({ target, draft, tokens }: Draft, uniform: () => number): Verification {
  let accepted = 0;
  while (
    accepted < tokens.length &&
    uniform() < acceptanceRatio(target[accepted]!, draft[accepted]!, tokens[accepted]!)
  ) {
    accepted++;
  }
  const law =
    accepted < tokens.length ? residualLaw(target[accepted]!, draft[accepted]!) : Float64Array.from(target[accepted]!);
  return { accepted, law, token: drawFromLaw(law, uniform()) };
}

/**
 * `max(p - q, 0)`, normalised: the law of a token in place of a rejected one.
 *
 * @example
 * console.log(residualLaw([0.5, 0.25, 0.25], [0.25, 0.5, 0.25])); // Float64Array(3) [ 1, 0, 0 ]
 */
export function residualLaw(target: Law, draft: Law): Float64Array {
  const excess = Float64Array.from(target, (p, v) => Math.max(p - draft[v]!, 0));
  const total = excess.reduce((sum, value) => sum + value, 0);
  return total > 0 ? excess.map((value) => value / total) : Float64Array.from(target); // equal but for rounding
}

/** The first token whose cumulative probability exceeds u. */
export function drawFromLaw(law: Law, u: number): number {
  let cumulative = 0;
  let last = 0; // rounding may leave a sliver over
  for (let v = 0; v < law.length; v++) {
    if (!(law[v]! > 0)) continue;
    cumulative += law[v]!;
    if (cumulative > u) return v;
    last = v;
  }
  return last;
}

/**
 * The mean acceptance of a token drafted from q, `sum min(p, q) = 1 - TV(p, q)`.
 *
 * @example
 * console.log(expectedAcceptance([0.5, 0.5], [0.25, 0.75])); // 0.75
 */
export const expectedAcceptance = (target: Law, draft: Law): number => {
  let sum = 0;
  for (let v = 0; v < target.length; v++) sum += Math.min(target[v]!, draft[v]!);
  return sum;
};

/**
 * How many tokens of a draft are accepted on average, `sum_i prod_{j <= i} a_j` for independent acceptances a.
 *
 * @example
 * console.log(expectedAccepted([0.5, 0.5])); // 0.75
 */
export const expectedAccepted = (acceptances: ArrayLike<number>): number => {
  let [sum, product] = [0, 1];
  for (let i = 0; i < acceptances.length; i++) sum += product *= acceptances[i]!;
  return sum;
};

/** How well a draft law serves a target law. */
export interface DraftAcceptance {
  readonly acceptance: number;
  /** `1 - acceptance` */
  readonly totalVariation: number;
  /** `sqrt(KL(target || draft) / 2)`, Pinsker's upper bound of the total variation, KL in nats. */
  readonly pinskerBound: number;
  /** Tokens per call of the target, `(1 - a^(gamma + 1)) / (1 - a)`, for independent acceptances. */
  readonly expectedTokens: number;
}

/**
 * The theory of drafting with one law for another.
 *
 * @param gamma drafted tokens per call, >= 0
 *
 * Zhang: A Markov Categorical Framework for Language Modeling, 2025, arXiv:2507.19247; the count of tokens from Leviathan et al., 2023,
 * arXiv:2211.17192.
 *
 * @example
 * const { acceptance, expectedTokens } = draftAcceptance([0.5, 0.5], [0.25, 0.75], 1);
 * console.log(acceptance, expectedTokens); // 0.75 1.75
 */
export function draftAcceptance(target: Law, draft: Law, gamma: number): DraftAcceptance {
  const acceptance = Math.min(1, expectedAcceptance(target, draft));
  let divergence = 0;
  for (let v = 0; v < target.length; v++) {
    if (target[v]! > 0) divergence += target[v]! * Math.log(target[v]! / draft[v]!);
  }
  return {
    acceptance,
    totalVariation: 1 - acceptance,
    pinskerBound: Math.sqrt(Math.max(0, divergence) / 2),
    expectedTokens: 1 + expectedAccepted(new Float64Array(gamma).fill(acceptance)),
  };
}
