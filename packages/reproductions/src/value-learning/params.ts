import { z } from 'zod';

/** The parameters of the study `value-learning`. */
export const valueLearningParams = z.object({
  seeds: z.number().int().min(1).default(3).describe('trainings per setting, each with a seed of its own'),
  trainSize: z.number().int().min(10).max(60_000).default(1078).describe('training digits, in 8 x 8 pixels'),
  testSize: z.number().int().min(10).max(10_000).default(2000).describe('test digits'),
  hidden: z.array(z.number().int().positive()).default([128, 128]).describe('widths of the networks’ hidden layers'),
  batchSize: z.number().int().min(1).default(64).describe('digits, or transitions, per step'),
  learningRate: z.number().gt(0).default(0.001).describe('step size of Adam'),
  numBins: z.number().int().min(2).default(51).describe('bins of the histograms'),
  noises: z
    .array(z.number().min(0))
    .min(1)
    .default([0, 2, 4])
    .describe('standard deviations of the noise on the digits that are to be predicted'),
  epochs: z.number().int().min(1).default(40).describe('passes over the training digits, with noise'),
  ratios: z.array(z.number().gt(0)).default([0.1, 2]).describe('widths of HL-Gauss over those of a bin, beside 0.75'),
  shifts: z.number().int().min(0).default(5).describe('how often the targets move on by 1'),
  shiftEpochs: z.number().int().min(1).default(10).describe('passes over the training digits before they do'),
  gridSteps: z.number().int().min(1).default(2000).describe('steps of Q-learning'),
  gridEvery: z.number().int().min(1).default(250).describe('steps of Q-learning between two measurements'),
  rewardNoise: z.number().min(0).default(1).describe('standard deviation of the noise on the rewards of the grid'),
  copyEvery: z
    .number()
    .int()
    .min(1)
    .default(100)
    .describe('steps between copies of the network that gives the targets'),
});

export type ValueLearningParams = z.output<typeof valueLearningParams>;
