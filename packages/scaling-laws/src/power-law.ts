import { z } from 'zod';
import { defineScalingLaw } from './scaling-law.js';

/**
 * PowerLaw: what it is, in one sentence.
 *
 * @param params `scale` > 0, default 1
 * @throws DomainError when scale is not greater than 0
 *
 * Authors: Title, year, arXiv:0000.00000.
 *
 * @example
 * console.log(powerLaw({ scale: 2 })([1, 2, 3])); // 12
 */
export const powerLaw = defineScalingLaw({
  name: 'power-law',
  summary: 'PowerLaw: what it is, in one sentence.',
  formula: 'scale · Σ x',
  params: z.object({ scale: z.number().gt(0).default(1).meta({ upTo: 5 }).describe('factor of the sum') }),
  compute: (values, { scale }) => scale * values.reduce((sum, value) => sum + value, 0),
});
