import { z } from 'zod';
import { defineSampler } from './sampler.js';

/**
 * Greedy: what it is, in one sentence.
 *
 * @param params `scale` > 0, default 1
 * @throws DomainError when scale is not greater than 0
 *
 * Authors: Title, year, arXiv:0000.00000.
 *
 * @example
 * console.log(greedy({ scale: 2 })([1, 2, 3])); // 12
 */
export const greedy = defineSampler({
  name: 'greedy',
  summary: 'Greedy: what it is, in one sentence.',
  formula: 'scale · Σ x',
  params: z.object({ scale: z.number().gt(0).default(1).meta({ upTo: 5 }).describe('factor of the sum') }),
  compute: (values, { scale }) => scale * values.reduce((sum, value) => sum + value, 0),
});
