import { DomainError, unknownName } from '@surprisal/core';
import { normalQuantile } from '@surprisal/core/numerics';
import type { ScalingFit } from './fit.js';
import type { Constants } from './law-maths.js';

/** How {@link profileInterval} searches. */
export interface ProfileOptions {
  /** In (0, 1), default 0.95. */
  readonly level?: number;
  /** How far from the optimum an end is looked for, in ln units of a log-scale parameter or multiples of a linear one. Default 8. */
  readonly reach?: number;
}

/**
 * The interval of a parameter within which the objective, minimised over all others, stays below a threshold. An end that is not found
 * within reach is infinite (0, below, on a log scale): the runs do not bound the parameter there.
 *
 * The threshold comes from the likelihood whose scale is fitted as well: `S <= S_min exp(k chi^2 / (2 n))`, with k the degree of the loss (1
 * for absolute errors, 2 for squares; for a Huber loss in between, by how many residuals lie in its core) and chi^2 the quantile
 * with one degree of freedom.
 *
 * @throws DomainError for a level out of range, UnknownNameError for a parameter that the law does not have
 *
 * @example
 * const fit = logLinear().fit({ x: [1e6, 1e7, 1e8, 1e9, 1e10], loss: [5.1, 4.1, 3.2, 2.6, 2.1] });
 * const [low, high] = profileInterval(fit, 'c');
 * console.log(low < fit.parameters.c && fit.parameters.c < high); // true
 */
export function profileInterval<P extends string>(
  fit: ScalingFit<P>,
  parameter: P,
  { level = 0.95, reach = 8 }: ProfileOptions = {},
): [number, number] {
  if (!(level > 0 && level < 1)) throw new DomainError(`profileInterval: level must be between 0 and 1, got ${level}`);
  const found = fit.law.parameters.find(({ name }) => name === parameter);
  const names = fit.law.parameters.map(({ name }) => name);
  if (!found) throw unknownName('parameter', parameter, names);
  const limit = fit.objective * Math.exp((fit.degree * normalQuantile((1 + level) / 2) ** 2) / (2 * fit.n));
  const best = fit.parameters[parameter];
  const place = (step: number) => (found.scale === 'log' ? best * Math.exp(step) : best + step * (Math.abs(best) || 1));
  const isWithin = (step: number) =>
    fit.refit({ fixed: { [parameter]: place(step) } as Partial<Constants<P>> }).objective <= limit;
  const [below, above] = [edge((step) => isWithin(-step), reach), edge(isWithin, reach)];
  return [below === Infinity && found.scale === 'log' ? 0 : place(-below), place(above)];
}

/** The step at which a condition ends to hold: the first of growing steps that fails, then bisection. */
function edge(isWithin: (step: number) => boolean, reach: number): number {
  let low = 0;
  let high = 1e-3;
  while (isWithin(high)) {
    if (high >= reach) return Infinity;
    [low, high] = [high, Math.min(reach, 2 * high)];
  }
  while (high - low > 1e-4 * high) {
    const middle = (low + high) / 2;
    if (isWithin(middle)) low = middle;
    else high = middle;
  }
  return low;
}
