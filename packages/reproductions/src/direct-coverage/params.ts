import { z } from 'zod';

/** The parameters of the study `direct-coverage`. */
export const directCoverageParams = z.object({
  seeds: z.number().int().min(1).default(3).describe('trainings per setting, each with a seed of its own'),
  largest: z.number().int().min(2).max(49).default(30).describe('the numbers of a question are from 0 to this'),
  hidden: z.array(z.number().int().positive()).default([128]).describe('widths of the network’s hidden layers'),
  batchSize: z.number().int().min(1).default(64).describe('questions per step'),
  learningRate: z.number().gt(0).default(0.003).describe('step size of Adam'),
  epochs: z.number().int().min(1).default(200).describe('passes over the training questions'),
  every: z.number().int().min(1).default(10).describe('epochs between two measurements'),
  late: z.number().int().min(1).default(100).describe('the epoch at which trainings are compared'),
  budgets: z
    .array(z.number().int().min(1))
    .min(2)
    .default([1, 16, 64])
    .describe('answers that may be given, as training assumes it; 1: cross-entropy'),
  stepBudget: z.number().int().min(1).default(8).describe('answers per digit, where digits are steps'),
  samples: z.number().int().min(1).default(128).describe('answers that are drawn to estimate pass@N'),
});

export type DirectCoverageParams = z.output<typeof directCoverageParams>;
