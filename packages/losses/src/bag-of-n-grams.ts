import { defineMethod } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  cast,
  div,
  equal,
  expandDims,
  logicalAnd,
  maximum,
  minimum,
  mul,
  softmax,
  sub,
  sum,
  tensor1d,
  transpose,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { type NgramLossOptions, type Ngrams, atTokens, diagonals, sumOverOrders } from './n-grams.js';
import { type SequenceLoss, type SequenceTerms, makeSequenceLoss } from './sequence-loss.js';

/** A loss of the n-grams of outputs, of which some positions may not count. */
export interface NgramLoss extends SequenceLoss {
  (logits: TensorLike, tokens: TensorLike, options?: NgramLossOptions): Tensor;
}

/**
 * The difference of bags of n-grams, from 0 to 1: with the count c(g) of an n-gram in the reference, and the count that is expected of an output
 * whose positions are drawn each on its own, `e(g) = Σ_t Π_j p_{t+j}(g_j)`, it is `Σ_g |c(g) - e(g)|` over the number of n-grams in both,
 * `1 - 2 Σ_g min(c(g), e(g)) / (T + S - 2n + 2)`. Only the n-grams of the reference need be looked at. A sequence that is shorter than n takes its
 * whole length for n.
 *
 * @param params `n` >= 1, the order (2)
 * @throws DomainError when n is out of range
 *
 * Shao, Zhang, Feng, Meng, Zhou: Minimizing the Bag-of-Ngrams Difference for Non-Autoregressive Neural Machine Translation, AAAI 2020,
 * arXiv:1911.09320.
 *
 * @example
 * const logits = [[[0, 0], [99, 0], [0, 99]]]; // any token, then 0, 1
 * console.log(bagOfNgrams({ n: 2 })(logits, [[0, 1, 1]]).dataSync()[0]); // 0.5
 */
export const bagOfNgrams = defineMethod(
  {
    kind: 'sequence-loss',
    name: 'bag-of-n-grams',
    summary: 'How far the n-grams that are expected of the output are from those of the reference, in any order.',
    formula: '1 − 2 Σ_g min(c(g), e(g)) / (T + S − 2n + 2)',
    params: z.object({ n: z.int().min(1).default(2).meta({ upTo: 5, step: 1 }).describe('order of the n-grams') }),
  },
  ({ n }): NgramLoss =>
    makeSequenceLoss<NgramLossOptions>('bag-of-n-grams', (terms, options) => {
      const probabilities = atTokens(softmax(terms.logits), terms);
      const order = Math.min(n, terms.positions, terms.length);
      return sumOverOrders(terms, options, order, (ngrams) => difference(terms, probabilities, ngrams));
    }),
);

/** Every occurrence of an n-gram in the reference takes its part of what is shared. */
function difference(terms: SequenceTerms, probabilities: Tensor, ngrams: Ngrams): Tensor {
  const { n, counts, inOutput, inReference } = ngrams;
  const everywhere = diagonals(probabilities, n).reduce((total, part) => mul(total, part));
  const expected = sum(where(inOutput, everywhere, zerosLike(everywhere)), 2, true); // [B, S - n + 1, 1]
  const occurrences = maximum(occurrencesOf(terms, ngrams), 1);
  const parts = div(minimum(occurrences, expected), occurrences);
  const shared = sum(where(inReference, parts, zerosLike(parts)), [1, 2]);
  return sub(1, div(mul(shared, 2), tensor1d(counts.outputs.map((count, i) => count + counts.references[i]!))));
}

/** How often each n-gram of the reference is in it, `[B, S - n + 1, 1]`. */
function occurrencesOf({ tokens }: SequenceTerms, { n, inReference }: Ngrams): Tensor {
  const same = equal(expandDims(tokens, 2), expandDims(tokens, 1)); // [B, S, S]
  const sameNgrams = diagonals(same, n).reduce((total, part) => logicalAnd(total, part));
  return sum(cast(logicalAnd(sameNgrams, transpose(inReference, [0, 2, 1])), 'float32'), 2, true);
}
