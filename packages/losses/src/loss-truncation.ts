import { defineMethod } from '@surprisal/core';
import { type Tensor, greater, slice, stopGradient, topk, where, zerosLike } from '@surprisal/core/tensor';
import { z } from 'zod';
import { tokenCrossEntropyOf } from './sequence-cross-entropy.js';
import { type SequenceLoss, makeSequenceLoss } from './sequence-loss.js';

/**
 * Loss truncation, token cross-entropy without the sequences of a batch that are least probable: of B that are not empty, `⌊fraction B⌋` count 0.
 * The mean over the batch is over all of them, as in the authors' code; there the limit is a quantile of the last 10,000 losses and not of
 * the batch. Of equal losses at the limit none is dropped. Train by cross-entropy first: early losses say little of a sequence.
 *
 * @param params `fraction` in [0, 1), the share that is dropped (0.4)
 * @throws DomainError when the fraction is out of range
 *
 * Kang, Hashimoto: Improved Natural Language Generation via Loss Truncation, ACL 2020, arXiv:2004.14589.
 *
 * @example
 * const logits = [[[2, 0]], [[0, 0]], [[0, 2]]];
 * const losses = lossTruncation()(logits, [[0], [0], [0]]).dataSync();
 * console.log(Array.from(losses, (loss) => loss.toFixed(3)).join(' ')); // 0.127 0.693 0.000
 */
export const lossTruncation = defineMethod(
  {
    kind: 'sequence-loss',
    name: 'loss-truncation',
    summary: 'Token cross-entropy without the least probable sequences of a batch.',
    formula: '−1/S Σ_s log p_s(y_s) [not among the largest]',
    params: z.object({
      fraction: z.number().min(0).lt(1).default(0.4).meta({ upTo: 0.9, step: 0.1 }).describe('share that is dropped'),
    }),
  },
  ({ fraction }): SequenceLoss =>
    makeSequenceLoss('loss-truncation', (terms) => {
      const losses = tokenCrossEntropyOf(terms);
      const dropped = Math.floor(fraction * terms.lengths.filter((length) => length > 0).length);
      return where(greater(losses, largest(losses, dropped)), zerosLike(losses), losses);
    }),
);

/** The largest value but for some that are larger, `[1]`, held constant in the gradient. */
const largest = (values: Tensor, butFor: number): Tensor =>
  stopGradient((given) => slice(topk(given, butFor + 1).values, butFor, 1), [values]);
