import { z } from 'zod';

/** The parameters of the study `one-class`. */
export const oneClassParams = z.object({
  seeds: z.number().int().min(1).default(3).describe('trainings per setting, each with digits and weights of its own'),
  digits: z
    .array(z.number().int().min(0).max(9))
    .min(1)
    .default([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    .describe('digits that are normal, each in its turn'),
  trainSize: z.number().int().min(100).max(60_000).default(2000).describe('digits of all classes; half of the normal ones are learnt from'), // prettier-ignore
  testSize: z.number().int().min(50).max(10_000).default(1000).describe('digits of all classes that are measured on'),
  hidden: z.array(z.number().int().positive()).default([128]).describe('widths of the network’s hidden layers'),
  ballDim: z.number().int().min(1).default(32).describe('dimensions of the embedding'),
  c: z.number().gt(0).default(0.1).describe('the ball has curvature -c'),
  clipRadius: z.number().gt(0).default(2).describe('length to which features are cut'),
  alpha: z.number().min(0).max(1).default(0.8).describe('weight of the batch before in the centre of pseudo-negatives'),
  variance: z.number().gt(0).default(0.1).describe('variance of pseudo-negatives, per pixel'),
  batchSize: z.number().int().min(2).default(16).describe('normal digits per step, and as many pseudo-negatives'),
  learningRate: z.number().gt(0).default(0.001).describe('step size of Adam'),
  clipNorm: z.number().gt(0).default(3).describe('length to which the gradient of all weights is cut'),
  epochs: z.number().int().min(1).default(30).describe('passes over the normal digits'),
});

export type OneClassParams = z.output<typeof oneClassParams>;
