import type { ArrayInput } from '@surprisal/core';
import {
  type Tensor,
  add,
  cast,
  expandDims,
  matMul,
  mul,
  oneHot,
  range,
  less,
  slice,
  tensor1d,
  tensor2d,
} from '@surprisal/core/tensor';
import { type SequenceLossOptions, type SequenceTerms, readLengths } from './sequence-loss.js';

/** Options of a loss for which outputs may be shorter than their positions. */
export interface NgramLossOptions extends SequenceLossOptions {
  /** `[batch]`, how many positions of each output count; default all. */
  readonly outputLengths?: ArrayInput;
}

/** The n-grams of outputs and references that count. */
export interface Ngrams {
  readonly n: number;
  /** How many there are in each output and in each reference, at least 1. */
  readonly counts: { readonly outputs: readonly number[]; readonly references: readonly number[] };
  /** `[B, 1, T - n + 1]` (bool) */
  readonly inOutput: Tensor;
  /** `[B, S - n + 1, 1]` (bool) */
  readonly inReference: Tensor;
}

/** The value of reference token s at output position t, `[B, S, T]`, from one for each token of the vocabulary, `[B, T, V]`. */
export const atTokens = (values: Tensor, { tokens }: SequenceTerms): Tensor =>
  matMul(cast(oneHot(tokens, values.shape[2]!), 'float32'), values, false, true);

/**
 * Values along diagonals of n, one tensor for each step: from `[B, S, T]`, n times `[B, S - n + 1, T - n + 1]`. Their sum is a convolution with
 * the n x n identity, of which all but the diagonal would be multiplied by 0.
 */
export function diagonals(table: Tensor, n: number): Tensor[] {
  const [batch, rows, columns] = table.shape as [number, number, number];
  const size = [batch, rows - n + 1, columns - n + 1];
  return Array.from({ length: n }, (_, j) => slice(table, [0, j, j], size));
}

/** The loss of each sequence by its n-grams, `[B]`; a sequence that is shorter than n takes its whole length for n. */
export function sumOverOrders(
  terms: SequenceTerms,
  { outputLengths }: NgramLossOptions,
  n: number,
  ofOrder: (ngrams: Ngrams) => Tensor,
): Tensor {
  const outputs = readLengths(terms.owner, 'outputLengths', outputLengths, terms.batch, terms.positions);
  const own = outputs.map((output, i) => Math.max(1, Math.min(n, output, terms.lengths[i]!)));
  const groups = Array.from(new Set(own)).map((order) =>
    mul(ofOrder(ngramsOf(terms, outputs, order)), tensor1d(own.map((mine) => (mine === order ? 1 : 0)))),
  );
  return groups.reduce((total, part) => add(total, part));
}

function ngramsOf({ positions, length, lengths }: SequenceTerms, outputs: readonly number[], n: number): Ngrams {
  const starts = (sizes: readonly number[]) => sizes.map((size) => Math.max(1, size - n + 1)); // an empty sequence counts nothing later
  const counts = { outputs: starts(outputs), references: starts(lengths) };
  return {
    n,
    counts,
    inOutput: expandDims(firstOf(counts.outputs, positions - n + 1), 1),
    inReference: expandDims(firstOf(counts.references, length - n + 1), 2),
  };
}

/** `[batch, size]` (bool): the first of each row, by its length. */
const firstOf = (lengths: readonly number[], size: number): Tensor =>
  less(range(0, size, 1), tensor2d([...lengths], [lengths.length, 1]));
