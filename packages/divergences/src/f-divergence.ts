import { mul } from '@surprisal/core/tensor';
import { sumClasses } from './classes.js';
import { type Divergence, type RowDivergence, divergenceOf } from './divergence.js';
import type { Generator } from './generators.js';

/**
 * The f-divergence of a generator, D(p; q) = sum_i q_i f(p_i / q_i), with 0 f(0/0) = 0, q f(0) where p = 0 and p lim f(r)/r where q = 0.
 *
 * Never below 0 (Jensen), and no map of the classes, random or not, makes it larger (data processing).
 *
 * Csiszar: Information-type measures of difference of probability distributions and indirect observations, 1967.
 *
 * @example
 * const chi = fDivergence(generators.pearson);
 * console.log(chi([0.5, 0.5], [0.8, 0.2]).dataSync()[0]!.toFixed(4)); // 0.5625
 */
export const fDivergence = (generator: Generator): Divergence =>
  divergenceOf(generator.name, generator.unit, { perRow: rowsOf(generator) });

/** The f-divergence of each row times a factor, as a part to build methods from. */
export const rowsOf =
  (generator: Generator, factor = 1): RowDivergence =>
  (logP, logQ) => {
    const rows = sumClasses(logP, logQ, generator.perspective, generator);
    return factor === 1 ? rows : mul(rows, factor);
  };
