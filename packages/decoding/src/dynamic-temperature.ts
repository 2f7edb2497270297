import { z } from 'zod';
import { defineSampler } from './sampler.js';
import { heat } from './temperature.js';

/**
 * Dynamic temperature: hot where the model is unsure, cold where it is sure.
 *
 * `T = Tmin + (Tmax - Tmin) (H / ln n)^exponent`, with H the entropy of the n candidates in nats, `Tmin = max(0, T - range)` and
 * `Tmax = T + range`. A range of 0 is plain temperature; a single candidate is left as it is.
 *
 * @param params `temperature` >= 0, default 1; `range` >= 0, default 0.5; `exponent` > 0, default 1
 * @throws DomainError when a parameter is out of range
 *
 * The rule of llama.cpp.
 *
 * @example
 * const candidates = new Candidates().load([0, 0, 0]); // of the highest entropy: T = 1.5
 * dynamicTemperature({ temperature: 1, range: 0.5 }).apply(candidates);
 * console.log(candidates.probability(0).toFixed(4)); // 0.3333
 */
export const dynamicTemperature = defineSampler({
  name: 'dynamic-temperature',
  summary: 'A temperature that rises with the entropy: hot where the model is unsure.',
  formula: 'T = Tmin + (Tmax − Tmin) (H / ln n)^exponent',
  params: z.object({
    temperature: z.number().min(0).default(1).meta({ upTo: 2, step: 0.05 }).describe('the middle of the range'),
    range: z
      .number()
      .min(0)
      .default(0.5)
      .meta({ upTo: 2, step: 0.05 })
      .describe('how far T goes to both sides; 0: fixed'),
    exponent: z.number().gt(0).default(1).meta({ upTo: 4, step: 0.1 }).describe('above 1: hot only at high entropy'),
  }),
  apply(candidates, { temperature, range, exponent }) {
    if (candidates.count === 1) return;
    const lowest = Math.max(0, temperature - range);
    const share = candidates.entropy / Math.log(candidates.count);
    const dynamic = range === 0 ? temperature : lowest + (temperature + range - lowest) * share ** exponent;
    if (dynamic === 0) candidates.keepLargest(1);
    else heat(candidates, dynamic);
  },
});
