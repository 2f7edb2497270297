import { DomainError, Random, ShapeError, defineMethod, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  checkShape,
  div,
  fill,
  logicalAnd,
  maximum,
  mul,
  neg,
  softmax,
  sum,
  tensor1d,
  tensor3d,
  tidy,
  toTensor,
  transpose,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { type NgramLossOptions, type Ngrams, atTokens, diagonals, sumOverOrders } from './n-grams.js';
import { tokenCrossEntropyOf } from './sequence-cross-entropy.js';
import { type SequenceLoss, type SequenceTerms, makeSequenceLoss, readSequences } from './sequence-loss.js';

/** Options of the edit-invariant loss. */
export interface EditInvariantOptions extends NgramLossOptions {
  /** Gumbel noise for the position weights: drawn from a generator, or given for each order n as `[batch, positions - n + 1, length - n + 1]`. Default none. */
  readonly noise?: Random | Readonly<Record<number, TensorLike>>;
}

/** The edit-invariant loss, with the tables that it is made of. */
export interface EditInvariantLoss extends SequenceLoss {
  (logits: TensorLike, tokens: TensorLike, options?: EditInvariantOptions): Tensor;
  /** For n-grams of one order, `[batch, positions - n + 1, length - n + 1]` each: the mean log-probability g of reference n-gram s at output position t, and the weight q of t. */
  tables(logits: TensorLike, tokens: TensorLike, n: number): { meanLogProb: Tensor; weights: Tensor };
}

/**
 * EISL, the edit-invariant sequence loss: every n-gram of the reference should be likely somewhere in the output. With the mean log-probability
 * g[t, s] of reference n-gram s at output position t, and weights q = softmax over t of (g + noise) / tau,
 * `L_n = -mean_s sum_t q g` and `loss = ngramFactor sum_n w_n L_n + ceFactor CE`. With n the whole length it is token cross-entropy.
 *
 * Orders that are longer than output or reference are left out; 0 is the whole output, -1 one less. Log-probabilities are cut off at
 * `logProbFloor`.
 *
 * @param params `ngrams` ([1, 2, 3, 4]); `weights` of the orders (none: equal, with sum 1); `tau` > 0 (1); `logProbFloor` < 0 (-20); `ngramFactor`
 * (1), `ceFactor` (0) >= 0
 * @throws DomainError when a parameter is out of range; ShapeError when `ceFactor` is above 0 and the reference has another length than the output
 *
 * Liu et al.: Don't Take It Literally: An Edit-Invariant Sequence Loss for Text Generation, NAACL 2022, arXiv:2106.15078.
 *
 * @example
 * const sure = [[[9, 0, 0], [0, 9, 0], [0, 0, 9]]];
 * const loss = editInvariant({ ngrams: [1] });
 * console.log(loss(sure, [[2, 0, 1]]).dataSync()[0]! === loss(sure, [[0, 1, 2]]).dataSync()[0]!); // true
 */
export const editInvariant = defineMethod(
  {
    kind: 'sequence-loss',
    name: 'edit-invariant',
    summary: 'Every n-gram of the reference should be likely somewhere in the output.',
    formula: '−Σ_n w_n mean_s Σ_t q[t,s] g_n[t,s]',
    paper: paper(19),
    params: z.object({
      ngrams: z
        .array(z.int())
        .min(1)
        .default([1, 2, 3, 4])
        .describe('orders of n-grams; 0: the whole output, -1: one less'),
      weights: z.array(z.number().min(0)).default([]).describe('weights of the orders; none: equal'),
      tau: z.number().gt(0).default(1).meta({ upTo: 5, step: 0.1 }).describe('temperature of the position weights'),
      logProbFloor: z.number().lt(0).default(-20).describe('where log-probabilities are cut off'),
      ngramFactor: z.number().min(0).default(1).meta({ upTo: 1, step: 0.1 }).describe('weight of the n-gram losses'),
      ceFactor: z.number().min(0).default(0).meta({ upTo: 1, step: 0.1 }).describe('weight of token cross-entropy'),
    }),
  },
  ({ ngrams, weights, tau, logProbFloor, ngramFactor, ceFactor }): EditInvariantLoss => {
    const owner = 'edit-invariant';
    if (weights.length > 0 && (weights.length !== ngrams.length || !weights.some((weight) => weight > 0))) {
      throw new DomainError(
        `${owner}: weights must be one for each of ${ngrams.join(', ')}, not all 0, got ${weights.join(', ')}`,
      );
    }
    const perSequence = (terms: SequenceTerms, options: EditInvariantOptions) => {
      const costs = costTable(terms, logProbFloor);
      const lossOf = (order: Ngrams) => ngramLoss(costs, order, tau, gumbel(terms, order.n, options.noise));
      const parts = ordersOf(ngrams, weights, terms.positions, terms.length).map(({ n, weight }) =>
        mul(sumOverOrders(terms, options, n, lossOf), weight * ngramFactor),
      );
      if (ceFactor > 0) parts.push(mul(tokenCrossEntropyOf(terms), ceFactor));
      return parts.reduce((total, part) => add(total, part));
    };
    const tables = (logits: TensorLike, tokens: TensorLike, n: number) =>
      tidy(() => {
        const g = diagonalMeans(costTable(readSequences(owner, logits, tokens), logProbFloor), n);
        return { meanLogProb: transpose(g, [0, 2, 1]), weights: transpose(softmax(div(g, tau)), [0, 2, 1]) };
      });
    return Object.assign(makeSequenceLoss<EditInvariantOptions>(owner, perSequence), { tables });
  },
);

/** The orders that fit, with their weights; the whole length when none does. */
function ordersOf(ngrams: readonly number[], weights: readonly number[], positions: number, length: number) {
  const longest = Math.min(positions, length);
  const given = ngrams.map((n, i) => ({ n: n > 0 ? n : positions + n, weight: weights[i] }));
  const distinct = new Map<number, number | undefined>();
  for (const { n, weight } of given) {
    if (n >= 1 && n <= longest) distinct.set(n, weight === undefined ? undefined : (distinct.get(n) ?? 0) + weight);
  }
  if (distinct.size === 0) distinct.set(longest, 1);
  return Array.from(distinct, ([n, weight]) => ({ n, weight: weight ?? 1 / distinct.size }));
}

/** log p of reference token s at output position t, `[B, S, T]`. The floor has no gradient, and keeps masked tokens finite. */
const costTable = (terms: SequenceTerms, floor: number): Tensor => atTokens(maximum(terms.logProbs, floor), terms);

/** g, the mean along diagonals of n: `[B, S, T]` to `[B, S - n + 1, T - n + 1]`. */
const diagonalMeans = (costs: Tensor, n: number): Tensor =>
  div(
    diagonals(costs, n).reduce((total, part) => add(total, part)),
    n,
  );

/** L_n of each sequence, `[B]`. */
function ngramLoss(costs: Tensor, { n, counts, inOutput, inReference }: Ngrams, tau: number, noise?: Tensor): Tensor {
  const g = diagonalMeans(costs, n);
  const scores = div(noise ? add(g, noise) : g, tau);
  const everywhere = logicalAnd(inOutput, fill(g.shape, 1, 'bool'));
  const weights = softmax(where(everywhere, scores, fill(g.shape, -1e30)));
  const counted = where(logicalAnd(everywhere, inReference), mul(weights, g), zerosLike(g));
  return div(neg(sum(counted, [1, 2])), tensor1d([...counts.references]));
}

/** Gumbel noise of an order as `[B, S', T']`. */
function gumbel({ owner, batch, length, positions }: SequenceTerms, n: number, noise: EditInvariantOptions['noise']) {
  if (noise === undefined) return undefined;
  const [grams, places] = [length - n + 1, positions - n + 1];
  if (noise instanceof Random) {
    const draws = noise
      .uniforms(batch * grams * places)
      .map((u) => -Math.log(-Math.log(Math.min(Math.max(u, 1e-30), 1 - 1e-7))));
    return tensor3d(draws, [batch, grams, places]);
  }
  const given = noise[n];
  if (given === undefined) throw new ShapeError(`${owner}: noise must be given for each order, got none for n = ${n}`);
  const table = toTensor(given);
  checkShape(owner, `noise[${n}]`, table, ['batch', places, grams], { batch });
  return transpose(table, [0, 2, 1]);
}
