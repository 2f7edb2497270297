import { z } from 'zod';
import { TOKENS } from './sequences.js';

/** The losses that are compared. */
export const LOSSES = ['CE', 'loss truncation', 'policy gradient', 'bag of 2-grams', 'EISL'] as const;
export type LossName = (typeof LOSSES)[number];

const counts = z.array(z.number().int().min(1).max(TOKENS));

/** The parameters of the study `edit-invariant`. */
export const editInvariantParams = z.object({
  seeds: z.number().int().min(1).default(3).describe('trainings per setting, each with a seed of its own'),
  losses: z
    .array(z.enum(LOSSES))
    .min(1)
    .default([...LOSSES])
    .describe('what is trained after cross-entropy'),
  repeated: counts.default([2, 4]).describe('tokens of a target that are said twice; its end is cut off'),
  swapped: counts.default([9]).describe('exchanges of two tokens of a target'),
  blanked: counts.default([2]).describe('tokens of a target that become a blank'),
  length: z.number().int().min(2).max(TOKENS).default(10).describe('tokens of a sequence, all distinct'),
  trainSize: z.number().int().min(1).default(1000).describe('training sequences'),
  testSize: z.number().int().min(1).default(500).describe('test sequences, with right targets'),
  hidden: z.array(z.number().int().positive()).default([128]).describe('widths of the network’s hidden layers'),
  batchSize: z.number().int().min(1).default(50).describe('sequences per step'),
  learningRate: z.number().gt(0).default(0.003).describe('step size of Adam'),
  warmUp: z.number().int().min(0).default(5).describe('epochs by cross-entropy, whatever the loss'),
  epochs: z.number().int().min(1).default(25).describe('passes over the training sequences, those by cross-entropy among them'), // prettier-ignore
  every: z.number().int().min(1).default(5).describe('epochs between two measurements'),
});

export type EditInvariantParams = z.output<typeof editInvariantParams>;
