import { collect } from '../command.js';
import { runNames } from '../offers.js';
import type { Declare } from './index.js';

export const resume: Declare = (program) =>
  program
    .add('resume', 'Go on with a run that was stopped or killed.', [
      'resume last',
      'resume runs/2026-01-31/120000-comp-sum-seed1',
    ])
    .argument('<run>', 'a run folder, its name, or "last"')
    .option('--runs <folder>', 'where runs are kept (default runs)')
    .option('--engine <name>', 'another engine; results are then no longer equal bit for bit')
    .option('--set <key=value>', 'change a parameter all the same; needs --force', collect)
    .option('--force', 'allow changed parameters')
    .option('--json-lines', 'print each event as a line of JSON')
    .offers('', runNames)
    .does(async (output, options, [run]) => (await import('../actions/reproduce.js')).resume(output, run!, options));
