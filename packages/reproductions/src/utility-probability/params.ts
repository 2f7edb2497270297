import { z } from 'zod';
import { textParams } from '../shared/text-task.js';

/** The parameters of the study `utility-probability`. */
export const utilityParams = z.object({
  seeds: z.number().int().min(1).default(5).describe('runs of everything, each with a seed of its own'),
  draws: z.number().int().min(30).default(100_000).describe('targets that tabular utilities are learned from'),
  etas: z
    .array(z.number().gt(0))
    .min(1)
    .default([0.05, 0.01, 0.002])
    .describe('learning rates of tabular utilities, each for an equal share of the targets'),
  noise: z.number().min(0).max(1).default(0.4).describe('share of digits whose label is drawn anew from all ten'),
  trainImages: z.number().int().min(20).default(1000).describe('digits that the classifier is fitted to'),
  heldOutImages: z.number().int().min(20).default(1000).describe('digits that transforms are fitted to'),
  testImages: z.number().int().min(20).max(10_000).default(10_000).describe('digits that are measured'),
  sentences: z.number().int().min(1).default(80).describe('sentences of the book that are continued, per seed'),
  samples: z.number().int().min(2).default(16).describe('samples that minimum Bayes risk chooses from'),
  ...textParams,
  prompt: textParams.prompt.default(8).describe('tokens of a sentence that are given'),
  length: z.number().int().min(2).default(40).describe('tokens of a continuation at most'),
});

export type UtilityParams = z.output<typeof utilityParams>;
