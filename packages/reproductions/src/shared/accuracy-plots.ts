import { type CellResult, accuracyOf, percent } from './grid.js';
import { type Column, type PlotEvent, type TableEvent, table } from '@surprisal/core';
import { linePlot, withBar } from './line-plot.js';

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Test accuracy of every loss at every share of noise, mean and standard error over seeds. */
export function accuracyTable(results: readonly CellResult[]): TableEvent {
  const noises = distinct(results.map(({ noise }) => noise));
  const columns: Column[] = [
    { key: 'loss', title: 'loss' },
    ...noises.map((noise) => ({ key: `noise${noise}`, title: `${percent(noise)} noise`, better: 'higher' as const })),
    { key: 'diverged', title: 'diverged', better: 'lower' },
  ];
  const rows = distinct(results.map(({ label }) => label)).map((label) => ({
    loss: label,
    ...Object.fromEntries(noises.map((noise) => [`noise${noise}`, accuracyOf(results, label, noise)])),
    diverged: results.filter((result) => result.label === label && result.diverged).length,
  }));
  return table({ name: 'accuracy', columns, rows });
}

/** Test accuracy against the share of wrong labels, one line per loss with its standard error. */
export function accuracyPlot(results: readonly CellResult[]): PlotEvent {
  const values = distinct(results.map(({ label }) => label)).flatMap((loss) =>
    distinct(results.map(({ noise }) => noise)).map((noise) => ({
      loss,
      noise,
      ...withBar('accuracy', accuracyOf(results, loss, noise)),
    })),
  );
  return linePlot({
    name: 'accuracy-by-noise',
    caption:
      'Accuracy on clean test digits (percent) against the share of wrong training labels; bars are one standard error over seeds.',
    x: { field: 'noise', title: 'share of wrong labels', format: '%' },
    y: { field: 'accuracy', title: 'test accuracy (%)', scale: { zero: false } },
    series: { field: 'loss', title: 'loss' },
    values,
  });
}
