import { DomainError, type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  checkShape,
  divNoNan,
  greater,
  mean,
  mul,
  reshape,
  sum,
  tidy,
  toTensor,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import type { z } from 'zod';
import { type Form, logProbsOf, readDistributions } from './distributions.js';

/**
 * A divergence of two distributions over the same classes, in nats unless its method says otherwise: at least 0, and 0 where they
 * are equal (up to rounding). Differentiable in both.
 *
 * @example
 * const divergence = kullbackLeibler();
 * console.log(divergence([0.5, 0.5], [0.9, 0.1]).dataSync()[0]!.toFixed(4)); // 0.5108
 * console.log(divergence([0.5, 0.5], [2, -0.2], { from: { p: 'probabilities', q: 'logits' } }).dataSync()[0]!.toFixed(4)); // 0.5119
 */
export interface Divergence {
  /**
   * @param p `[classes]` or `[batch, classes]`
   * @param q as `p`
   * @returns a scalar for vectors, `[batch]` for rows, or a scalar with `reduction: 'mean' | 'sum'`
   * @throws ShapeError for other or unequal shapes; DomainError for negative probabilities, for rows that do not sum to 1 within
   * 1e-4, and for logits that have no softmax
   */
  (p: TensorLike, q: TensorLike, options?: DivergenceOptions): Tensor;
  readonly method: string;
  /** What it is measured in: nats, or a number without a unit. */
  readonly unit: DivergenceUnit;
}

/** What a divergence of distributions is measured in. */
export type DivergenceUnit = 'nats' | 'number';

/** What the distributions are given as, and how the divergences of the rows are put together. */
export interface DivergenceOptions {
  /** Default `'probabilities'`. Logits keep classes apart whose probability is below what float32 can hold; -Infinity masks a class. */
  readonly from?: Form | { readonly p: Form; readonly q: Form };
  /** Default `'none'`: one divergence per row. `'mean'` divides by the sum of the weights. */
  readonly reduction?: 'none' | 'mean' | 'sum';
  /** `[batch]`, a weight for each row. */
  readonly weights?: TensorLike;
}

declare module '@surprisal/core' {
  interface Kinds {
    divergence: Divergence;
  }
}

/** The divergence of each row, `[batch]`, from log-probabilities `[batch, classes]` in which -Infinity stands for 0. */
export type RowDivergence = (logP: Tensor, logQ: Tensor) => Tensor;

/** A divergence's metadata and its maths. */
export interface DivergenceDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'divergence', S>, 'kind'> {
  /** What it is measured in, by its parameters: `'number'` unless said. */
  readonly unit?: DivergenceUnit | ((params: z.output<S>) => DivergenceUnit);
  readonly perRow: (logP: Tensor, logQ: Tensor, params: z.output<S>) => Tensor;
  /** The same from the logits of both, `[batch, classes]`, where there is a fused operation for it. */
  readonly ofLogits?: (p: Tensor, q: Tensor) => Tensor;
}

/**
 * Makes a divergence method from the maths of one row; the forms of the arguments, their checks, weights, reductions and memory are
 * the same for all and stand here.
 *
 * @example
 * import { z } from 'zod';
 *
 * const bhattacharyya = defineDivergence({
 *   name: 'bhattacharyya',
 *   summary: 'Minus the log of the overlap of the square roots.',
 *   unit: 'nats',
 *   params: z.object({}),
 *   perRow: (logP, logQ) => neg(logSumExp(mul(add(logP, logQ), 0.5), 1)),
 * });
 * console.log(bhattacharyya()([0.5, 0.5], [0.9, 0.1]).dataSync()[0]!.toFixed(4)); // 0.1116
 */
export function defineDivergence<S extends z.ZodObject>({
  perRow,
  ofLogits,
  unit = 'number',
  ...info
}: DivergenceDefinition<S>): Method<'divergence', S, Divergence> {
  return defineMethod<'divergence', S, Divergence>({ kind: 'divergence', ...info }, (params) =>
    divergenceOf(info.name, typeof unit === 'string' ? unit : unit(params), {
      perRow: (logP, logQ) => perRow(logP, logQ, params),
      ofLogits,
    }),
  );
}

/** The maths of one row, from log-probabilities, and from logits where there is a shorter way. */
interface Rows {
  readonly perRow: RowDivergence;
  readonly ofLogits?: ((p: Tensor, q: Tensor) => Tensor) | undefined;
}

/** A divergence from the maths of one row, for what is no method with parameters of its own. */
export function divergenceOf(method: string, unit: DivergenceUnit, { perRow, ofLogits }: Rows): Divergence {
  const divergence = (p: TensorLike, q: TensorLike, options: DivergenceOptions = {}) =>
    tidy(() => {
      const { from = 'probabilities' } = options;
      const forms = typeof from === 'string' ? { p: from, q: from } : from;
      const left = readDistributions(method, 'p', p, forms.p);
      const right = readDistributions(method, 'q', q, forms.q, left.shape);
      const fused = forms.p === 'logits' && forms.q === 'logits' ? ofLogits : undefined;
      const values = fused?.(left.rows, right.rows) ?? perRow(logProbsOf(left), logProbsOf(right));
      const rows = reduceRows(method, values, options);
      return left.shape.length === 1 && rows.rank === 1 ? reshape(rows, []) : rows;
    });
  return Object.assign(divergence, { method, unit });
}

function reduceRows(owner: string, rows: Tensor, { reduction = 'none', weights }: DivergenceOptions): Tensor {
  if (!['none', 'mean', 'sum'].includes(reduction)) {
    throw new DomainError(`${owner}: reduction must be one of none, mean, sum, got ${String(reduction)}`);
  }
  const factors = weights === undefined ? undefined : toTensor(weights);
  if (factors) checkShape(owner, 'weights', factors, ['batch'], { batch: rows.shape[0]! });
  const weighted = factors ? where(greater(factors, 0), mul(rows, factors), zerosLike(rows)) : rows;
  if (reduction === 'none') return weighted;
  if (reduction === 'sum') return sum(weighted);
  return factors ? divNoNan(sum(weighted), sum(factors)) : mean(weighted);
}
