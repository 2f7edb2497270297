import { DomainError, type ArrayInput, ShapeError, toFloat64 } from '@surprisal/core';
import { mean } from '@surprisal/core/numerics';
import type { Generator } from '../generators.js';

/** What a critic gives for samples of two distributions, on the host. */
export interface HostScores {
  /** `[n]`, of samples of p. */
  readonly p: ArrayInput;
  /** `[m]`, of samples of q. */
  readonly q: ArrayInput;
}

/**
 * The variational bound on any f-divergence, mean of p - mean f*(q) <= D(p; q), with the conjugate f* of its generator: tight for the critic
 * f'(p/q). Of KL it is {@link nguyenWainwrightJordan}. In float64; -Infinity where f* of a score is infinite, as of a reverse KL at a score above 0.
 *
 * @param scores of samples of p `[n]` and of q `[m]`, finite
 * @throws ShapeError, DomainError
 *
 * Nguyen, Wainwright, Jordan 2010, arXiv:0809.0853; Nowozin, Cseke, Tomioka 2016, arXiv:1606.00709.
 *
 * @example
 * console.log(variationalBound(generators.pearson, { p: [1, 2], q: [0, 1] })); // 0.875
 */
export function variationalBound(generator: Generator, { p, q }: HostScores): number {
  const [ofP, ofQ] = [readScores('p', p), readScores('q', q)];
  return mean(ofP) - mean(ofQ.map((score) => generator.conjugate(score)));
}

function readScores(argument: string, scores: ArrayInput): Float64Array {
  const { shape, data } = toFloat64(scores);
  if (shape.length !== 1 || data.length === 0)
    throw new ShapeError(`variationalBound: ${argument} must be [n] with n >= 1, got [${shape.join(', ')}]`);
  const odd = data.find((score) => !Number.isFinite(score));
  if (odd !== undefined) throw new DomainError(`variationalBound: ${argument} must be finite, got ${odd}`);
  return data;
}
