import { DomainError, type StudyContext, type StudyEvent, defineStudy } from '@surprisal/core';
import type { Loss } from '@surprisal/losses';
import { z } from 'zod';
import { accuracyPlot, accuracyTable } from './shared/accuracy-plots.js';
import { type Cell, mnistParams, trainGrid } from './shared/grid.js';

const schema = z.object({
  ...mnistParams,
  trainSize: mnistParams.trainSize.default(5000),
  epochs: mnistParams.epochs.default(5),
  noise: z.array(z.number().min(0).max(1)).default([0]).describe('shares of wrong training labels'),
  seeds: z.number().int().min(1).default(3).describe('trainings per loss, each with a seed of its own'),
});

/** Any losses on the same digits, weights and orders: what `compare loss --on mnist` runs. */
export const compareLosses = defineStudy({
  name: 'compare-losses',
  summary: 'Any registered losses on MNIST with label noise: the same digits, first weights and order for each.',
  params: schema,
  quick: { trainSize: 1000, testSize: 1000, epochs: 2, seeds: 1 },
  compares: { kind: 'loss', on: 'mnist' },
  async *run(context: StudyContext<z.output<typeof schema>>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* trainGrid(cells(context), context);
    if (!results) return;
    yield accuracyTable(results);
    yield accuracyPlot(results);
  },
});

function cells({ params, seed, contestants = [] }: StudyContext<z.output<typeof schema>>): Cell[] {
  if (contestants.length === 0)
    throw new DomainError('compare-losses: contestants must name at least one loss, got none');
  return contestants.flatMap(({ label, instance }) =>
    params.noise.flatMap((noise) =>
      Array.from({ length: params.seeds }, (_, i) => ({
        label,
        loss: instance as Loss,
        learningRate: params.learningRate,
        noise,
        seed: seed + i,
      })),
    ),
  );
}
