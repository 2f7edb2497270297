import { DomainError, Random } from '@surprisal/core';
import { logSumExp } from '@surprisal/core/numerics';
import type { DrawSource, SamplingFamily } from './families.js';
import { quota, smooth } from './minimum.js';

/** The event `S(X) >= threshold`, for X from a law of a family. */
export interface RareEvent {
  readonly family: SamplingFamily;
  /** Parameters u of the law whose probability is asked for. */
  readonly reference: Float64Array;
  readonly score: (x: Float64Array) => number;
  readonly threshold: number;
}

/** Parameters of {@link rareEventProbability}. */
export interface RareEventOptions {
  /** Fraction of the samples that each level lets through, in (0, 1); default 0.1. */
  readonly rho?: number;
  /** Samples per iteration; default 1000. */
  readonly samples?: number;
  /** Samples of the final estimate; default 1e5. */
  readonly finalSamples?: number;
  /** Smoothing, in (0, 1]; default 1: none. */
  readonly alpha?: number;
  /** Default 100. */
  readonly maxIterations?: number;
  /** Default a `Random` of seed 0. */
  readonly source?: DrawSource;
}

/** One iteration: a level, and the law that makes it more likely. */
export interface RareEventIteration {
  /** `[N]`, S of the samples. */
  readonly scores: Float64Array;
  /** `[N]`, f(x; u) / f(x; v): against the original law, not the one before. */
  readonly weights: Float64Array;
  /** `min(threshold, S_(ceil((1 - rho) N)))` */
  readonly level: number;
  readonly parameters: Float64Array;
}

/** A rare event's probability. */
export interface RareEventEstimate {
  readonly probability: number;
  /** Standard error over the estimate; unreliable itself when `hits` is small. */
  readonly relativeError: number;
  /** How many of the final samples reached the event. */
  readonly hits: number;
  readonly iterations: readonly RareEventIteration[];
  readonly parameters: Float64Array;
}

/**
 * One iteration of the cross-entropy method for rare events: samples of the law v, their level, and the maximum-likelihood parameters
 * of those that reach it, weighted by f(x; u) / f(x; v).
 */
export function rareEventIteration(
  { family, reference, score, threshold }: RareEvent,
  parameters: Float64Array,
  { rho, alpha }: { readonly rho: number; readonly alpha: number },
  samples: readonly Float64Array[],
): RareEventIteration {
  const scores = Float64Array.from(samples, score);
  const logWeights = Float64Array.from(
    samples,
    (x) => family.logDensity(x, reference) - family.logDensity(x, parameters),
  );
  const ascending = scores.map((s) => (Number.isNaN(s) ? -Infinity : s)).sort();
  const level = Math.min(threshold, ascending[quota(1 - rho, samples.length) - 1]!);
  const reached = samples.map((_, i) => i).filter((i) => scores[i]! >= level);
  const total = logSumExp(reached.map((i) => logWeights[i]!));
  const next =
    total > -Infinity
      ? family.fit(
          reached.map((i) => samples[i]!),
          reached.map((i) => Math.exp(logWeights[i]! - total)),
        )
      : parameters;
  return { scores, weights: logWeights.map(Math.exp), level, parameters: smooth(next, parameters, alpha) };
}

/**
 * The probability of a rare event by the cross-entropy method: raises a level step by step, each time shifting the law towards the
 * samples that reach it, and estimates with the last law by importance sampling, `mean( 1[S >= threshold] f(x; u) / f(x; v) )`. The
 * estimate is unbiased whatever the last law is.
 *
 * @throws DomainError when the level has not reached the threshold after `maxIterations`; then raise `samples`
 *
 * Rubinstein: Optimization of Computer Simulation Models with Rare Events, 1997; de Boer, Kroese, Mannor, Rubinstein: A Tutorial on the
 * Cross-Entropy Method, 2005. Used by Li, Li, 2024, arXiv:2409.19790.
 *
 * @example
 * const reference = Float64Array.of(1); // P(X >= 20) = exp(-20) = 2.06e-9
 * const event = { family: exponentialFamily, reference, score: (x: Float64Array) => x[0]!, threshold: 20 };
 * const { probability, hits } = rareEventProbability(event);
 * console.log(Math.abs(probability / Math.exp(-20) - 1) < 0.05, hits > 1000); // true true
 */
export function rareEventProbability(event: RareEvent, options: RareEventOptions = {}): RareEventEstimate {
  const { rho = 0.1, samples = 1000, finalSamples = 1e5, alpha = 1, maxIterations = 100 } = options;
  const source = options.source ?? new Random(0).split('rare-event');
  const draw = (count: number, parameters: Float64Array) =>
    Array.from({ length: count }, () => event.family.draw(parameters, source));
  let parameters = event.reference;
  const iterations: RareEventIteration[] = [];
  do {
    if (iterations.length === maxIterations) throw tooRare(event.threshold, iterations);
    iterations.push(rareEventIteration(event, parameters, { rho, alpha }, draw(samples, parameters)));
    parameters = iterations.at(-1)!.parameters;
  } while (iterations.at(-1)!.level < event.threshold);
  return { ...importanceEstimate(event, parameters, draw(finalSamples, parameters)), iterations, parameters };
}

function importanceEstimate(
  { family, reference, score, threshold }: RareEvent,
  parameters: Float64Array,
  samples: readonly Float64Array[],
) {
  const terms = Float64Array.from(samples, (x) =>
    score(x) >= threshold ? Math.exp(family.logDensity(x, reference) - family.logDensity(x, parameters)) : 0,
  );
  const n = terms.length;
  const probability = terms.reduce((sum, term) => sum + term, 0) / n;
  const variance = terms.reduce((sum, term) => sum + (term - probability) ** 2, 0) / (n - 1);
  const hits = terms.reduce((count, term) => count + (term > 0 ? 1 : 0), 0);
  return { probability, relativeError: Math.sqrt(variance / n) / probability, hits };
}

const tooRare = (threshold: number, iterations: readonly RareEventIteration[]) =>
  new DomainError(
    `rareEventProbability: threshold must be reached within ${iterations.length} iterations, got to ` +
      `${Math.max(...iterations.map(({ level }) => level))} of ${threshold}; raise samples or maxIterations`,
  );
