import { type PlotEvent, type TableEvent, estimate, plot, table } from '@surprisal/core';
import { type TrainingResult, nameOf } from './training.js';

/** Means over seeds on one kind of walls, a row per setting. */
export function scoreTable(
  name: string,
  results: readonly TrainingResult[],
  scoresOf: (result: TrainingResult) => TrainingResult['alike'],
): TableEvent {
  return table({
    name,
    columns: [
      { key: 'loss', title: 'loss' },
      { key: 'labels', title: 'labels' },
      { key: 'betti0', title: 'Betti 0 error', better: 'lower' },
      { key: 'betti1', title: 'Betti 1 error', better: 'lower' },
      { key: 'dice', title: 'Dice', better: 'higher' },
    ],
    rows: [...bySetting(results).values()].map((own) => ({
      loss: nameOf(own[0]!),
      labels: own[0]!.labels,
      betti0: estimate(own.map((result) => scoresOf(result).betti0)),
      betti1: estimate(own.map((result) => scoresOf(result).betti1)),
      dice: estimate(own.map((result) => scoresOf(result).dice)),
    })),
  });
}

function bySetting(results: readonly TrainingResult[]): Map<string, TrainingResult[]> {
  const groups = new Map<string, TrainingResult[]>();
  for (const result of results) {
    const key = `${nameOf(result)}, ${result.labels}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return groups;
}

/** Both Betti errors together, a point per training. */
export function errorPlot(results: readonly TrainingResult[]): PlotEvent {
  return plot({
    name: 'betti-errors',
    caption:
      'Betti errors on walls like those of the training (components and holes together), by loss and labels; a point is a training.',
    spec: {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      data: {
        values: results.map((result) => ({
          loss: nameOf(result),
          labels: result.labels,
          seed: result.seed,
          error: result.alike.betti0 + result.alike.betti1,
        })),
      },
      mark: { type: 'point', size: 60, filled: true },
      width: 420,
      encoding: {
        x: { field: 'error', type: 'quantitative', title: 'Betti errors', scale: { type: 'symlog' } },
        y: { field: 'loss', type: 'nominal', title: null },
        color: { field: 'labels', type: 'nominal', title: 'labels' },
        shape: { field: 'labels', type: 'nominal', title: 'labels' },
      },
    },
  });
}
