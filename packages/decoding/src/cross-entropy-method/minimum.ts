import { DomainError, Random } from '@surprisal/core';
import { type DrawSource, type SamplingFamily, gaussianFamily } from './families.js';

/** A box that samples must lie in, and what happens to those outside. */
export interface Bounds {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  /** `'clip'` (default) moves a sample to the border; `'redraw'` draws again, up to 100 times. */
  readonly outside?: 'clip' | 'redraw';
}

/** Parameters of {@link crossEntropyMinimum}. */
export interface CrossEntropyOptions {
  /** Default `gaussianFamily`. */
  readonly family?: SamplingFamily;
  /** Samples per iteration; default 1000, at least 10. */
  readonly samples?: number;
  /** Elite fraction, in (0, 1]; default 0.1. The best `ceil(rho * samples)` refit the law. */
  readonly rho?: number;
  /** Smoothing of the parameters, in (0, 1]; default 0.7; 1: none. */
  readonly alpha?: number;
  /** Dynamic smoothing of the spread instead: `beta_t = beta - beta (1 - 1/t)^q`; beta in 0.8 .. 0.99, q in 5 .. 10. */
  readonly dynamic?: { readonly beta: number; readonly q: number };
  /** Default 100. */
  readonly maxIterations?: number;
  /** Stops when no part of the spread is larger; default 1e-8. */
  readonly tolerance?: number;
  /** Stops when the elite threshold has not changed for so many iterations; default 5. */
  readonly patience?: number;
  /** A floor of the spread; default 0. */
  readonly minSpread?: number;
  readonly bounds?: Bounds;
  /** Default a `Random` of seed 0. */
  readonly source?: DrawSource;
}

/** One refit of the law. */
export interface CrossEntropyIteration {
  readonly parameters: Float64Array;
  /** The value of the worst elite. */
  readonly threshold: number;
  /** The lowest value of all samples so far. */
  readonly best: number;
}

/** What a search has found. */
export interface CrossEntropyMinimum {
  /** The best sample ever drawn, and its value. */
  readonly x: Float64Array;
  readonly value: number;
  /** Of the last law; for a Gaussian, its mean is the estimate of the minimum. */
  readonly parameters: Float64Array;
  readonly history: readonly CrossEntropyIteration[];
  /** Why it ended: the law has become a point, the threshold stands still, or the iterations were used up. */
  readonly stopped: 'spread' | 'threshold' | 'iterations';
}

/**
 * The cross-entropy method for optimisation: draws samples, takes the best `ceil(rho N)` as elites, refits the law to them by maximum
 * likelihood, smooths, and repeats. It sees the objective through the order of its values alone.
 *
 * @param objective to be minimised (negate it to maximise); NaN is worse than everything
 * @param start the first parameters of the family: for a Gaussian the means, then the standard deviations
 * @throws DomainError for options out of range
 *
 * Rubinstein: The Cross-Entropy Method for Combinatorial and Continuous Optimization, 1999; de Boer, Kroese, Mannor, Rubinstein: A
 * Tutorial on the Cross-Entropy Method, 2005. Used by Li, Li, 2024, arXiv:2409.19790.
 *
 * @example
 * const { parameters } = crossEntropyMinimum(([t]) => riemannZeta(0.5, t!).abs, [15, 2], { samples: 40, rho: 0.2, alpha: 0.8 });
 * console.log(parameters[0]!.toFixed(6)); // 14.134725
 */
export function crossEntropyMinimum(
  objective: (x: Float64Array) => number,
  start: ArrayLike<number>,
  options: CrossEntropyOptions = {},
): CrossEntropyMinimum {
  const settings = { ...DEFAULTS, source: new Random(0).split('cross-entropy-method'), ...options };
  checkOptions(settings);
  let parameters: Float64Array = Float64Array.from(start);
  let best = { x: parameters, value: NaN };
  const history: CrossEntropyIteration[] = [];
  for (let t = 1; t <= settings.maxIterations; t++) {
    const samples = Array.from({ length: settings.samples }, () => drawWithin(parameters, settings));
    const values = samples.map((x) => objective(x));
    const order = rank(values);
    const value = values[order[0]!]!;
    if (value < best.value || Number.isNaN(best.value)) best = { x: samples[order[0]!]!, value };
    const elites = order.slice(0, quota(settings.rho, settings.samples));
    parameters = refit(
      elites.map((i) => samples[i]!),
      parameters,
      t,
      settings,
    );
    history.push({ parameters, threshold: values[elites.at(-1)!]!, best: best.value });
    const stopped = reasonToStop(history, settings);
    if (stopped) return { ...best, parameters, history, stopped };
  }
  return { ...best, parameters, history, stopped: 'iterations' };
}

const DEFAULTS = {
  family: gaussianFamily,
  samples: 1000,
  rho: 0.1,
  alpha: 0.7,
  maxIterations: 100,
  tolerance: 1e-8,
  patience: 5,
  minSpread: 0,
};

type Settings = typeof DEFAULTS & Pick<CrossEntropyOptions, 'dynamic' | 'bounds'> & { source: DrawSource };

/**
 * `ceil(fraction * count)`, at least 1, without the rounding error that would make it one more.
 *
 * @internal
 */
export const quota = (fraction: number, count: number): number =>
  Math.max(1, Math.ceil(fraction * count - 1e-9 * count));

/** The order of values, lowest first; stable, NaN last. */
const rank = (values: readonly number[]): number[] => {
  const key = values.map((value) => (Number.isNaN(value) ? Infinity : value));
  return key.map((_, i) => i).sort((a, b) => (key[a] === key[b] ? a - b : key[a]! - key[b]!));
};

/** The law of the elites, smoothed. */
function refit(elites: readonly Float64Array[], before: Float64Array, t: number, settings: Settings): Float64Array {
  const { family, alpha, dynamic, minSpread } = settings;
  const fitted = family.fit(elites, new Float64Array(elites.length).fill(1));
  const next = smooth(fitted, before, alpha);
  const spread = family.spread?.(next);
  if (spread && dynamic) {
    const beta = dynamic.beta - dynamic.beta * (1 - 1 / t) ** dynamic.q;
    spread.set(smooth(family.spread!(fitted), family.spread!(before), beta));
  }
  if (spread && minSpread > 0) spread.forEach((sigma, j) => (spread[j] = Math.max(sigma, minSpread)));
  return next;
}

/**
 * `alpha * fitted + (1 - alpha) * before`
 *
 * @internal
 */
export const smooth = (fitted: Float64Array, before: Float64Array, alpha: number): Float64Array =>
  fitted.map((value, j) => alpha * value + (1 - alpha) * before[j]!);

function reasonToStop(history: readonly CrossEntropyIteration[], { family, tolerance, patience }: Settings) {
  const { parameters, threshold } = history.at(-1)!;
  const spread = family.spread?.(parameters);
  if (spread?.every((sigma) => sigma < tolerance)) return 'spread';
  const recent = history.slice(-patience - 1);
  return recent.length > patience && recent.every((before) => before.threshold === threshold) ? 'threshold' : undefined;
}

function drawWithin(parameters: Float64Array, { family, source, bounds }: Settings): Float64Array {
  let x = family.draw(parameters, source);
  if (!bounds) return x;
  const { low, high, outside = 'clip' } = bounds;
  const within = () => x.every((value, j) => value >= low[j]! && value <= high[j]!);
  if (outside === 'redraw') for (let tries = 0; tries < 100 && !within(); tries++) x = family.draw(parameters, source);
  return x.map((value, j) => Math.min(high[j]!, Math.max(low[j]!, value)));
}

function checkOptions({ samples, rho, alpha, maxIterations }: Settings): void {
  const check = (name: string, holds: boolean, wanted: string, got: number) => {
    if (!holds) throw new DomainError(`crossEntropyMinimum: ${name} must be ${wanted}, got ${got}`);
  };
  check('samples', Number.isInteger(samples) && samples >= 10, 'a whole number of at least 10', samples);
  check('rho', rho > 0 && rho <= 1, 'in (0, 1]', rho);
  check('alpha', alpha > 0 && alpha <= 1, 'in (0, 1]', alpha);
  check(
    'maxIterations',
    Number.isInteger(maxIterations) && maxIterations >= 1,
    'a whole number of at least 1',
    maxIterations,
  );
}
