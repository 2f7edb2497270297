import { collect } from '../command.js';
import { methodNames } from '../offers.js';
import type { Declare } from './index.js';

export const fit: Declare = (program) =>
  program
    .add(
      'fit',
      'Fit a scaling law to a table of runs: constants with intervals, predictions, the best use of a budget.',
      [
        'fit runs.csv      (which laws fit its columns)',
        'fit runs.csv --law chinchilla --bootstrap 1000',
        "fit chinchilla-epoch --law chinchilla --drop-top 5 --predict 'N=70B,D=1.4T' --budget 1e24",
        "fit runs.parquet --law power-law --columns 'x=tokens,loss=val_loss' --plot residuals.svg",
        'fit cosine.csv --law lr-annealing --schedule cosine --total 24000 --warmup 2160 --peak 3e-4 --min 3e-5',
      ],
    )
    .argument('<table...>', 'a file (CSV, TSV, JSON, JSON lines, Parquet), - for stdin, or a table that is built in')
    .option('--law <name>', 'the law, with parameters after a colon if any: chinchilla:loss=abs-log')
    .option('--set <key=value>', 'set a parameter of the law; may be repeated', collect)
    .option('--columns <map>', "which column is which, where names do not say: 'N=params,loss=val_loss'")
    .option('--drop-top <count>', 'leave out rows whose loss is not below the count-th largest')
    .option('--fix <constants>', "constants that are known: 'E=1.69'")
    .optionsGroup('Uncertainty:')
    .option('--bootstrap <count>', 'intervals from fits to that many resamples of the runs (default 200; 0: none)')
    .option('--profile', 'intervals from the objective along each constant, instead')
    .option('--interval <share>', 'coverage of intervals (default 0.95)')
    .option('--hold-out <share>', 'fit without the largest runs, and say how well they are predicted')
    .option('--seed <number>', 'seed of the resamples (default 1)')
    .optionsGroup('Predictions:')
    .option('--predict <inputs>', "the loss of a run: 'N=70B,D=1.4T'; may be repeated", collect)
    .option('--budget <flop>', 'the best parameters and tokens for a compute budget; may be repeated', collect)
    .option('--plot <file>', 'write the residuals as a picture, SVG')
    .optionsGroup('Loss curves (lr-annealing):')
    .option(
      '--schedule <name>',
      'of the curve: cosine, or wsd:decay=0.1; may be repeated, CURVE=wsd names a curve',
      collect,
    )
    .option('--predict-schedule <name>', 'the loss under another schedule; may be repeated', collect)
    .option('--total <steps>', 'the last step of schedules')
    .option('--warmup <steps>', 'steps of linear warm-up (default 0)')
    .option('--peak <rate>', 'the highest learning rate')
    .option('--min <rate>', 'the lowest learning rate (default 0)')
    .option('--warmup-as <convention>', 'how warm-up steps count: peak, raw or skip (default peak)')
    .option('--lambda <decay>', 'decay of the annealing momentum per step, or "search" (default 0.999)')
    .offers('--law', () => methodNames('scaling-law'))
    .offers('--schedule', () => methodNames('schedule'))
    .offers('--predict-schedule', () => methodNames('schedule'))
    .does(async (output, options, sources) => (await import('../actions/fit.js')).fit(output, sources, options));
