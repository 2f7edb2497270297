import { type StudyContext, type StudyEvent, type TableEvent, defineStudy, paper, table } from '@surprisal/core';
import { accuracyPlot } from '../shared/accuracy-plots.js';
import { type CellResult, accuracyOf, trainGrid } from '../shared/grid.js';
import { labelNoiseClaims } from './claims.js';
import { type LabelNoiseParams, cellsOf, labelNoiseParams, settingsOf } from './settings.js';

/**
 * Paper 11: label-distributionally robust losses against cross-entropy on MNIST with wrong labels, with three temperatures, without normalised
 * scores, and with a temperature for each example.
 */
export const labelNoise = defineStudy({
  name: 'label-noise',
  summary: 'Label-distributionally robust losses on MNIST with uniform and class-dependent label noise.',
  paper: paper(11),
  params: labelNoiseParams,
  quick: { trainSize: 300, testSize: 500, epochs: 6, uniform: [0, 0.6], seeds: 1 },
  async *run(context: StudyContext<LabelNoiseParams>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* trainGrid(cellsOf(context), context);
    if (!results) return;
    yield accuracies(results, context.params);
    const inPlot = settingsOf(context.params).filter(({ pattern }) => pattern === 'symmetric');
    yield accuracyPlot(
      results.filter((one) => inPlot.some(({ noise, pattern }) => one.noise === noise && one.pattern === pattern)),
    );
    yield* labelNoiseClaims(results, context.params);
  },
});

function accuracies(results: readonly CellResult[], params: LabelNoiseParams): TableEvent {
  const settings = settingsOf(params);
  return table({
    name: 'accuracy',
    columns: [
      { key: 'loss', title: 'loss' },
      ...settings.map(({ title }) => ({ key: title, title, better: 'higher' as const })),
      { key: 'diverged', title: 'diverged', better: 'lower' },
    ],
    rows: params.losses.map((loss) => ({
      loss,
      ...Object.fromEntries(
        settings.map(({ title, noise, pattern }) => [title, accuracyOf(results, loss, noise, pattern)]),
      ),
      diverged: results.filter((result) => result.label === loss && result.diverged).length,
    })),
  });
}
