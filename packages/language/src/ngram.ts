import { paper } from '@surprisal/core';
import { z } from 'zod';
import { type Predictor, defineLanguageModel } from './language-model.js';
import { NgramCounts } from './ngram-counts.js';
import type { Training } from './training.js';

const alphaParam = z
  .number()
  .min(0)
  .default(1)
  .meta({ upTo: 2, step: 0.05 })
  .describe('added to every count; 0: maximum likelihood, under which what was never seen is impossible');

/**
 * The n-gram model with additive smoothing, `P(x | h) = (count(h x) + alpha) / (count(h) + alpha V)`, h the last `order - 1` tokens (fewer at the beginning).
 * After a context that training has not seen, all tokens are alike.
 *
 * @param params `order` >= 1, default 3; `alpha` >= 0, default 0.1
 *
 * Jurafsky, Martin: Speech and Language Processing, chapter on n-gram language models.
 *
 * @example
 * const model = ngram({ order: 2, alpha: 0.5 }).train([0, 1, 0, 1, 1], { vocabularySize: 2 });
 * console.log(Math.exp(model.logProb(1, [0])).toFixed(4)); // 0.8333
 */
export const ngram = defineLanguageModel({
  name: 'ngram',
  summary: 'Counts of the last few tokens, with a little added to every count.',
  formula: '(count(h x) + α) / (count(h) + α V)',
  params: z.object({
    order: z.number().int().min(1).max(8).default(3).describe('tokens in a row that are counted'),
    alpha: alphaParam.default(0.1),
  }),
  learn: (tokens, size, { order, alpha }) => learn(tokens, size, order, alpha, 'ngram'),
});

/**
 * The memoryless model of tokens, `Q(x) = (count(x) + alpha) / (n + alpha V)`: the n-gram model of order 1. At `alpha` 0 it is maximum likelihood, the best of
 * all memoryless models on its own text.
 *
 * @param params `alpha` >= 0, default 1
 *
 * Rajaraman, Jiao, Ramchandran: Toward a Theory of Tokenization in LLMs, 2024, arXiv:2404.08335.
 *
 * @example
 * const model = unigram({ alpha: 0 }).train([0, 0, 0, 1], { vocabularySize: 2 });
 * console.log(model.crossEntropy([0, 0, 0, 1]).toFixed(4)); // 0.5623
 */
export const unigram = defineLanguageModel({
  name: 'unigram',
  summary: 'The frequencies of the tokens, whatever stands before them.',
  formula: '(count(x) + α) / (n + α V)',
  paper: paper(23),
  params: z.object({ alpha: alphaParam }),
  learn: (tokens, size, { alpha }) => learn(tokens, size, 1, alpha, 'unigram'),
});

function* learn(
  tokens: ArrayLike<number>,
  vocabularySize: number,
  order: number,
  alpha: number,
  label: string,
): Training<Predictor> {
  const ngrams = yield* NgramCounts.of(tokens, order, label);
  const { counts, starts, followers, tokens: last } = ngrams;
  const totals = new Float64Array(ngrams.size); // how often something follows: once less than the count where the text ends
  for (let node = 1; node < ngrams.size; node++) totals[ngrams.contexts[node]!]! += counts[node]!;

  /** The node of the context, or -1 when training has not seen it. */
  const contextOf = (context: ArrayLike<number>, end: number) => {
    let node = 0;
    for (let i = end - 1; i >= Math.max(0, end - order + 1) && node >= 0; i--) node = ngrams.child(node, context[i]!);
    return node >= 0 && totals[node]! > 0 ? node : -1;
  };
  const logShare = (count: number, node: number) =>
    Math.log((count + alpha) / (totals[node]! + alpha * vocabularySize));
  return {
    order,
    logProb(token, context, end) {
      const node = contextOf(context, end);
      if (node < 0) return -Math.log(vocabularySize);
      let follower = ngrams.child(0, token);
      for (let i = end - 1; i >= Math.max(0, end - order + 1) && follower >= 0; i--)
        follower = ngrams.child(follower, context[i]!);
      return logShare(follower < 0 ? 0 : counts[follower]!, node);
    },
    logits(context, end, out) {
      const node = contextOf(context, end);
      if (node < 0) return void out.fill(-Math.log(vocabularySize));
      out.fill(logShare(0, node));
      for (let i = starts[node]!; i < starts[node + 1]!; i++) {
        const follower = followers[i]!;
        out[last[follower]!] = logShare(counts[follower]!, node);
      }
    },
  };
}
