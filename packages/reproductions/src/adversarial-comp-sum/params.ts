import { z } from 'zod';

/** The parameters of the study `adversarial-comp-sum`. */
export const adversarialParams = z.object({
  seeds: z.number().int().min(1).default(3).describe('trainings per loss, each with a seed of its own'),
  trainSize: z.number().int().min(10).max(60_000).default(1078).describe('training digits, in 8 x 8 pixels'),
  testSize: z.number().int().min(10).max(10_000).default(719).describe('test digits'),
  hidden: z.array(z.number().int().positive()).default([128]).describe('widths of the network’s hidden layers'),
  batchSize: z.number().int().min(1).default(64).describe('digits per step'),
  learningRate: z.number().gt(0).default(0.05).describe('step size of SGD with Nesterov momentum 0.9'),
  epochs: z.number().int().min(1).default(60).describe('passes over the training digits'),
  every: z.number().int().min(1).default(20).describe('epochs between two measurements'),
  radius: z.number().gt(0).default(0.15).describe('how far each pixel may be moved'),
  attackSteps: z.number().int().min(1).default(7).describe('steps of the attacks in training'),
  testSteps: z.number().int().min(1).default(40).describe('steps of the attack that measures'),
  tau: z.number().min(0).default(0.4).describe('member of the comp-sum family'),
  rho: z.number().gt(0).default(1).describe('scale of the margins'),
  nu: z.number().min(0).default(1).describe('weight of the smooth term'),
  beta: z.number().min(0).default(6).describe('weight of the divergence in TRADES and MART'),
});

export type AdversarialParams = z.output<typeof adversarialParams>;
