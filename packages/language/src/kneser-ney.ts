import { z } from 'zod';
import { defineLanguageModel } from './language-model.js';
import { NgramCounts } from './ngram-counts.js';

/**
 * Interpolated Kneser-Ney smoothing: each length of context takes a discount off its counts and gives it to the next shorter one,
 *
 * `P(x | h) = (c(h x) - D(c)) / c(h) + gamma(h) P(x | h')`, h' being h without its oldest token,
 *
 * down to the uniform law. The counts c are those of the text at the full length, and below it the number of different tokens before the string:
 * a token counts by how many contexts it follows, not by how often. The discounts are estimated for each length from n_i, the number of strings with count i:
 * with Y = n_1 / (n_1 + 2 n_2), `'modified'` takes D_i = i - (i + 1) Y n_(i+1) / n_i for the counts 1, 2, and 3 or more; `'absolute'` takes Y for all.
 *
 * @param params `order` 1 to 6, default 5; `discount` `'modified'` or `'absolute'`, default `'modified'`
 *
 * Chen, Goodman: An Empirical Study of Smoothing Techniques for Language Modeling, 1998; Kneser, Ney: Improved Backing-off for M-gram Language Modeling, 1995.
 *
 * @example
 * const model = kneserNey({ order: 3 }).train([0, 1, 2, 0, 1, 2, 0, 1, 2, 0], { vocabularySize: 4 });
 * console.log(Array.from(model.logits([0, 1]), (logit) => Math.exp(logit).toFixed(2)).join(' ')); // 0.02 0.02 0.94 0.01
 */
export const kneserNey = defineLanguageModel({
  name: 'kneser-ney',
  summary: 'The best of the n-gram models: discounted counts, filled up from shorter contexts.',
  formula: '(c(h x) − D(c)) / c(h) + γ(h) P(x | h′)',
  params: z.object({
    order: z.number().int().min(1).max(6).default(5).describe('tokens in a row that are counted'),
    discount: z.enum(['modified', 'absolute']).default('modified').describe('three discounts for each length, or one'),
  }),
  *learn(tokens, vocabularySize, { order, discount }) {
    const ngrams = yield* NgramCounts.of(tokens, order, 'kneser-ney');
    const { shares, left } = discounted(ngrams, discount);
    const { starts, followers, tokens: last } = ngrams;
    const uniform = left[0]! / vocabularySize;
    const unigrams = new Float64Array(vocabularySize).fill(uniform);
    for (let i = starts[0]!; i < starts[1]!; i++) unigrams[last[followers[i]!]!] = uniform + shares[followers[i]!]!;
    const logUnigrams = unigrams.map(Math.log);
    const added = new Float64Array(vocabularySize); // zero between calls

    /** Adds what the strings that end the context give to their followers; returns what is left for the unigrams. */
    const add = (context: ArrayLike<number>, end: number): number => {
      const path = contextPath(ngrams, context, end);
      let weight = 1;
      for (let k = path.length - 1; k >= 0; k--) {
        const node = path[k]!;
        for (let i = starts[node]!; i < starts[node + 1]!; i++)
          added[last[followers[i]!]!]! += weight * shares[followers[i]!]!;
        weight *= left[node]!;
      }
      return weight;
    };
    return {
      order,
      logProb(token, context, end) {
        let prob = unigrams[token]!;
        let node = 0;
        let follower = ngrams.child(0, token);
        for (let i = end - 1; i >= Math.max(0, end - order + 1); i--) {
          node = ngrams.child(node, context[i]!);
          if (node < 0) break;
          if (follower >= 0) follower = ngrams.child(follower, context[i]!);
          prob = left[node]! * prob + (follower >= 0 ? shares[follower]! : 0);
        }
        return Math.log(prob);
      },
      logits(context, end, out) {
        const weight = add(context, end);
        const logWeight = Math.log(weight);
        for (let token = 0; token < vocabularySize; token++) {
          out[token] =
            added[token] === 0 ? logUnigrams[token]! + logWeight : Math.log(weight * unigrams[token]! + added[token]!);
          added[token] = 0;
        }
      },
    };
  },
});

/** The nodes of the ends of a context that training has seen, of one token and more. */
function contextPath(ngrams: NgramCounts, context: ArrayLike<number>, end: number): number[] {
  const path: number[] = [];
  let node = 0;
  for (let i = end - 1; i >= Math.max(0, end - ngrams.order + 1); i--) {
    node = ngrams.child(node, context[i]!);
    if (node < 0) break;
    path.push(node);
  }
  return path;
}

/**
 * For each node: the discounted share of its string among the followers of its context, (c - D(c)) / c(h); and, as a context, what is left
 * for the shorter one, gamma(h) = sum of the discounts / c(h), which is 1 where nothing follows.
 */
function discounted(ngrams: NgramCounts, how: 'modified' | 'absolute') {
  const { size, order, counts, leftContexts, lengths, contexts } = ngrams;
  const count = (node: number) => (lengths[node] === order ? counts[node]! : leftContexts[node]!);
  const ofCounts = Array.from({ length: order + 1 }, () => [0, 0, 0, 0, 0]); // n_1 to n_4 of each length
  const totals = new Float64Array(size);
  for (let node = 1; node < size; node++) {
    const c = count(node);
    totals[contexts[node]!]! += c;
    if (c <= 4) ofCounts[lengths[node]!]![c]!++;
  }
  const discounts = ofCounts.map((n) => discountsOf(n, how));
  const shares = new Float64Array(size);
  const taken = new Float64Array(size);
  for (let node = 1; node < size; node++) {
    const c = count(node);
    const discount = discounts[lengths[node]!]![Math.min(c, 3)]!;
    if (c === 0) continue; // it begins the text, and nothing stands before it
    shares[node] = (c - discount) / totals[contexts[node]!]!;
    taken[contexts[node]!]! += discount;
  }
  const left = taken.map((sum, node) => (totals[node]! > 0 ? sum / totals[node]! : 1));
  return { shares, left };
}

/** The discounts of the counts 0, 1, 2, and 3 or more. Where a text is too small to estimate them, Y or 1/2 stands in. */
function discountsOf([, n1, n2, n3, n4]: readonly number[], how: 'modified' | 'absolute'): readonly number[] {
  const y = n1! > 0 && n2! > 0 ? n1! / (n1! + 2 * n2!) : 0.5;
  if (how === 'absolute') return [0, y, y, y];
  const estimate = (i: number, here: number, above: number) => {
    const discount = i - ((i + 1) * y * above) / here;
    return here > 0 && above > 0 && discount > 0 ? discount : y;
  };
  return [0, estimate(1, n1!, n2!), estimate(2, n2!, n3!), estimate(3, n3!, n4!)];
}
