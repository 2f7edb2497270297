import { z } from 'zod';

/** The parameters of the study `topomortar`. */
export const topomortarParams = z.object({
  seeds: z.number().int().min(1).default(3).describe('trainings per setting, each with walls and weights of its own'),
  labels: z
    .array(z.enum(['accurate', 'noisy', 'pseudo']))
    .min(1)
    .default(['accurate', 'noisy', 'pseudo'])
    .describe('kinds of labels that are learnt from'),
  size: z.number().int().min(16).multipleOf(2).default(64).describe('side of the pictures, in pixels'),
  trainWalls: z.number().int().min(1).default(16).describe('walls that are learnt from'),
  testWalls: z.number().int().min(1).default(20).describe('walls like them that are measured on'),
  shiftedWalls: z.number().int().min(1).default(4).describe('walls of each shift that are measured on'),
  width: z.number().int().min(1).default(8).describe('filters of the U-Net at full size; it has two sizes'),
  steps: z.number().int().min(3).default(160).describe('steps of a training'),
  batchSize: z.number().int().min(1).default(4).describe('walls per step'),
  learningRate: z.number().gt(0).default(0.003).describe('step size of Adam at first; it falls to 0 as (1 - t)^0.9'),
});

export type TopomortarParams = z.output<typeof topomortarParams>;
