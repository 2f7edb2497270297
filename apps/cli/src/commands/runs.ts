import { Option } from 'commander';
import { runNames } from '../offers.js';
import type { Declare } from './index.js';

export const runs: Declare = (program) => {
  const command = program
    .add('runs', 'List runs, compare two, or export one.', [
      'runs',
      'runs --json',
      'runs compare last runs/2026-01-31/120000-comp-sum-seed1',
      'runs export last --markdown',
    ])
    .option('--runs <folder>', 'where runs are kept (default runs)')
    .does(async (output, options) => {
      const module = await import('../actions/runs.js');
      return module.runs(output, await module.rootOf(options));
    });
  compareRuns(command);
  exportRun(command);
  return command;
};

const compareRuns: Declare = (runs) =>
  runs
    .add('compare', 'Show what differs in the parameters of two runs, and their results beside each other.', [
      'runs compare last 120000-comp-sum-seed1',
      'runs compare RUN_A RUN_B --json',
    ])
    .argument('<a>', 'a run folder, its name, or "last"')
    .argument('<b>', 'another one')
    .option('--runs <folder>', 'where runs are kept (default runs)')
    .offers('', runNames)
    .does(async (output, options, [a, b]) => {
      const module = await import('../actions/runs.js');
      return module.compareRuns(output, await module.rootOf(options), [a!, b!]);
    });

/** What makes no sense where a run's metrics go elsewhere. */
const TABLE_FLAGS = ['csv', 'markdown', 'latex', 'table'];

const exportRun: Declare = (runs) =>
  runs
    .add(
      'export',
      'Print the tables of a run for a spreadsheet or a paper, or hand its metrics to TensorBoard or MLflow.',
      [
        'runs export last > table.csv',
        'runs export last --table accuracy --latex',
        'runs export last --tensorboard logs      (then: tensorboard --logdir logs)',
        'runs export last --mlflow http://localhost:5000',
      ],
    )
    .argument('<run>', 'a run folder, its name, or "last"')
    .option('--runs <folder>', 'where runs are kept (default runs)')
    .option('--csv', 'as CSV (default)')
    .option('--markdown', 'as Markdown')
    .option('--latex', 'as LaTeX')
    .option('--table <name>', 'this table alone')
    .addOption(
      new Option(
        '--tensorboard <folder>',
        'write event files below this folder instead: a folder per series',
      ).conflicts(TABLE_FLAGS),
    )
    .addOption(
      new Option(
        '--mlflow <address>',
        'send the run to this tracking server instead: a run, and one per series',
      ).conflicts([...TABLE_FLAGS, 'tensorboard']),
    )
    .offers('', runNames)
    .does(async (output, options, [run]) => {
      const [{ exportRun }, { rootOf }] = await Promise.all([
        import('../actions/export.js'),
        import('../actions/runs.js'),
      ]);
      return exportRun(output, await rootOf(options), run!, options);
    });
