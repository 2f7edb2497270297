import { type CliCommand, collect } from '../command.js';

/** The flags of every command that runs a study. */
export const withRunFlags = (command: CliCommand): CliCommand =>
  command
    .option('--quick', 'a smoke run on little data; its numbers are no result')
    .option('--seed <number>', 'seed of all that is random (default 1)')
    .option('--engine <name>', 'auto, tensorflow-gpu, tensorflow, webgpu, wasm or cpu (default auto)')
    .option('--set <key=value>', 'set a parameter; may be repeated', collect)
    .option('--runs <folder>', 'where runs are kept (default runs)')
    .option('--reuse', 'show a finished run of the same parameters, if there is one')
    .option('--fresh', 'run anew, also with --reuse')
    .option('--print-config', 'show the merged parameters and where each came from, and end')
    .option('--json-lines', 'print each event as a line of JSON')
    .option('-y, --yes', 'never ask (this command never does)');

/** The words that are no flags and no values of flags. */
export const operandsOf = (words: readonly string[]): string[] =>
  words.filter((text, i) => !text.startsWith('-') && !/^--(seed|engine|set|runs|on)$/.test(words[i - 1] ?? ''));
