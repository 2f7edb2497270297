import { z } from 'zod';
import { defineSampler } from './sampler.js';

/**
 * Greedy: the most probable token, the lowest one of those that tie.
 *
 * @example
 * console.log(greedy().sample([1, 3, 3])); // 1
 */
export const greedy = defineSampler({
  name: 'greedy',
  summary: 'The most probable token, always.',
  formula: 'argmax_i logit_i',
  params: z.object({}),
  apply: (candidates) => candidates.keepLargest(1),
});
