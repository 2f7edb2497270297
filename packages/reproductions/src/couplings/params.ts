import { z } from 'zod';

/** The parameters of the study `couplings`. */
export const couplingsParams = z.object({
  seeds: z.number().int().min(1).default(3).describe('runs of everything, each with a seed of its own'),
  pairs: z.number().int().min(1).default(350).describe('pairs of distributions that are coupled, per seed'),
  size: z.number().int().min(2).default(8).describe('outcomes of each of them'),
  laws: z.number().int().min(1).default(170).describe('distributions of 6 to 8 outcomes that are compressed, per seed'),
  episodes: z.number().int().min(1).default(60).describe('messages that are sent in each setting, per seed'),
  messages: z.number().int().min(2).default(64).describe('messages that there are, all alike'),
  temperatures: z
    .array(z.number())
    .min(1)
    .default([-6, -4])
    .describe('logarithms of the temperatures of the policy: low walks straight, high at random'),
  openTemperatures: z.array(z.number()).default([-3]).describe('more of them, for messages without a bottleneck alone'),
  compressionRates: z
    .array(z.number().gt(0).max(1))
    .min(1)
    .default([1, 0.5, 0.25])
    .describe('bits per step that may be used, as shares of the entropy of the messages; 1: no bottleneck'),
  maxSteps: z.number().int().min(1).default(1000).describe('steps of an episode at most'),
});

export type CouplingsParams = z.output<typeof couplingsParams>;
