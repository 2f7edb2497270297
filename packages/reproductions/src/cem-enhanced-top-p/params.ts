import { z } from 'zod';
import { textParams } from '../shared/text-task.js';

/** The parameters of the study `cem-enhanced-top-p`. */
export const cemParams = z.object({
  seeds: z.number().int().min(1).default(20).describe('estimates of each rare event, and searches for each minimum'),
  finalSamples: z.number().int().min(10).default(100_000).describe('samples of an estimate, of crude Monte Carlo too'),
  sources: z.number().int().min(1).default(10).describe('random Markov sources that paths are searched in'),
  places: z.number().int().min(1).default(20).describe('places in the book that paths begin at'),
  draws: z.number().int().min(1).default(100).describe('runs of each sampling decoder at each beginning'),
  ...textParams,
  length: z.number().int().min(2).default(15).describe('tokens of a path'),
});

export type CemParams = z.output<typeof cemParams>;
