import { DomainError } from '@surprisal/core';
import { z } from 'zod';
import type { Candidates } from './candidates.js';
import { defineSampler } from './sampler.js';

/** Which tokens, as a set, or as a function of the tokens accepted so far; none, or undefined: no constraint now. */
export type TokenRule = readonly number[] | ((accepted: readonly number[]) => Iterable<number> | undefined);

const tokenRule = z.custom<TokenRule>(
  (rule) => typeof rule === 'function' || (Array.isArray(rule) && rule.every((token) => Number.isInteger(token))),
  'tokens, or a function of the tokens accepted so far that gives them',
);

/**
 * Mask: lets only some tokens through, or all but some; a fixed set, or one that depends on the text.
 *
 * @param params `allowed`: only these (none: all); `banned`: not these. Each a list of tokens, or a function of the tokens accepted
 *   so far that gives one, or undefined for no constraint
 * @throws DomainError when no candidate would be left, or a token is not of the vocabulary
 *
 * @example
 * const digits = mask({ allowed: [1, 2] });
 * console.log(digits.sample([9, 1, 40])); // 2
 * const alternating = mask({ banned: (accepted) => accepted.slice(-1) });
 * console.log([9, 9, 9].map(() => alternating.sample([90, 0, 50]))); // [ 0, 2, 0 ]
 */
export const mask = defineSampler({
  name: 'mask',
  summary: 'Lets only some tokens through: a fixed set, or one that depends on the text.',
  formula: 'i ∈ allowed, i ∉ banned',
  params: z.object({
    allowed: tokenRule.default([]).describe('only these tokens; none: all'),
    banned: tokenRule.default([]).describe('not these tokens'),
  }),
  state: () => ({ accepted: [] as number[] }),
  apply(candidates, { allowed, banned }, { accepted }) {
    restrict(candidates, 'allowed', allowed, accepted);
    restrict(candidates, 'banned', banned, accepted);
  },
  accept: (token, _params, { accepted }) => void accepted.push(token),
});

function restrict(candidates: Candidates, name: 'allowed' | 'banned', rule: TokenRule, accepted: readonly number[]) {
  const tokens = typeof rule === 'function' ? rule(accepted) : rule.length > 0 ? rule : undefined;
  if (tokens === undefined) return;
  if (candidates.restrict(tokens, name === 'allowed' ? 'keep' : 'remove', 'mask') > 0) return;
  throw new DomainError(`mask: ${name} must leave a candidate, got none of ${candidates.count}`);
}
