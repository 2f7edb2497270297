import { DomainError } from '@surprisal/core';
import { z } from 'zod';
import type { Candidates } from './candidates.js';
import { defineSampler, semanticsParam } from './sampler.js';

/** Divides the logits by a temperature > 0. */
export function heat(candidates: Candidates, temperature: number): void {
  if (temperature === 1) return;
  const { logits, count, max } = candidates;
  const shift = Number.isFinite(max / temperature) ? 0 : max; // an overflow would make the first places equal
  for (let i = 0; i < count; i++) logits[i] = (logits[i]! - shift) / temperature;
  candidates.changed();
}

/**
 * Temperature: logits divided by T. Below 1 it sharpens the distribution, above 1 it flattens it; 1 changes nothing.
 *
 * At T = 0 the most probable token alone is left (the lowest one of those that tie); with the semantics of transformers that is an
 * error.
 *
 * @param params `temperature` >= 0, default 0.8 (llama.cpp's); `semantics` of T = 0
 * @throws DomainError when the temperature is negative, or 0 with the semantics of transformers
 *
 * @example
 * console.log(temperature({ temperature: 0 }).sample([1, 3, 2])); // 1
 */
export const temperature = defineSampler({
  name: 'temperature',
  summary: 'Sharpens the distribution below 1, flattens it above.',
  formula: 'logit_i / T',
  params: z.object({
    temperature: z
      .number()
      .min(0)
      .default(0.8)
      .meta({ upTo: 2, step: 0.05 })
      .describe('0: the most probable token, 1: as the model says, more: flatter'),
    semantics: semanticsParam,
  }),
  state: ({ temperature, semantics }) => {
    if (temperature === 0 && semantics === 'transformers') {
      throw new DomainError(
        'temperature: temperature must be greater than 0 with the semantics of transformers, got 0',
      );
    }
    return {};
  },
  apply: (candidates, { temperature }) =>
    temperature === 0 ? candidates.keepLargest(1) : heat(candidates, temperature),
});
