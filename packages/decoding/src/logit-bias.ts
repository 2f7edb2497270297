import { DomainError } from '@surprisal/core';
import { z } from 'zod';
import { defineSampler } from './sampler.js';

/**
 * Logit bias: adds to the logits of some tokens. To ban or force tokens, take {@link mask}.
 *
 * @param params `bias`: token to bias, default none
 * @throws DomainError when a token is not of the vocabulary
 *
 * @example
 * console.log(logitBias({ bias: { 2: 50 } }).sample([1, 3, 0])); // 2
 */
export const logitBias = defineSampler({
  name: 'logit-bias',
  summary: 'Adds to the logits of some tokens.',
  formula: 'logit_i + bias_i',
  params: z.object({
    bias: z
      .record(z.string().regex(/^\d+$/, 'a token'), z.number())
      .default({})
      .describe('what is added to the logit of each token'),
  }),
  state: ({ bias }) => ({ biases: Object.entries(bias).map(([token, value]) => [Number(token), value] as const) }),
  apply(candidates, _params, { biases }) {
    for (const [token, bias] of biases) {
      if (token >= candidates.vocabulary) {
        throw new DomainError(`logit-bias: tokens must be below ${candidates.vocabulary}, got ${token}`);
      }
      const position = candidates.position(token);
      if (position >= 0) candidates.logits[position]! += bias;
    }
    if (biases.length > 0) candidates.changed();
  },
});
