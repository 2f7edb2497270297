import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { exitCodes } from './exit.js';
import { Output, type OutputOptions } from './output.js';

// Commands are loaded when they run: help must answer at once.

// A reader that has enough (head, less) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed),
);

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('surprisal')
  .version(version, '-v, --version', 'print the version')
  .helpOption('-h, --help', 'show help')
  .helpCommand('help [command]', 'show help for a command')
  .addHelpText(
    'before',
    'Information-theoretic machine learning from a terminal: list methods, reproduce papers, compare methods.\n',
  )
  .addHelpText(
    'after',
    `\n${examplesOf(['list', 'reproduce comp-sum --quick', 'compare loss --on mnist --noise 0.4', 'runs'])}`,
  )
  .showSuggestionAfterError()
  .configureHelp({ showGlobalOptions: false })
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, 'surprisal: ').replace(/\n\(Did/, ' (did')),
  })
  .exitOverride();

function examplesOf(examples: readonly string[]): string {
  return `Examples:\n${examples.map((example) => `  $ surprisal ${example}`).join('\n')}`;
}

function command(usage: string, summary: string, examples: readonly string[], parent: Command = program): Command {
  return parent
    .command(usage)
    .summary(summary)
    .addHelpText('before', `${summary}\n`)
    .helpOption('-h, --help', 'show help')
    .exitOverride()
    .addHelpText('after', `\n${examplesOf(examples)}`)
    .optionsGroup('Output:')
    .option('--json', 'print one JSON object to stdout')
    .option('-q, --quiet', 'no progress and notes on stderr')
    .option('--verbose', 'show metrics as they come, and the stack of an error')
    .addOption(new Option('--color', 'colour even when not on a terminal'))
    .addOption(new Option('--no-color', 'no colour'))
    .option('--ascii', 'no characters beyond ASCII')
    .optionsGroup('Options:');
}

/** Gathers the values of a flag that may be repeated. */
const collect = (text: string, before: string[] = []) => [...before, text];

/** Runs a command's action and exits with its code. */
function action(
  run: (output: Output, options: Record<string, never>, operands: string[]) => Promise<number | void> | number | void,
) {
  return async function (this: Command) {
    const options = this.optsWithGlobals();
    // commander makes --no-color the default true; without either flag the terminal decides
    const color = this.getOptionValueSourceWithGlobals('color') === 'default' ? undefined : (options.color as boolean);
    const output = new Output({ ...options, color } as OutputOptions);
    process.exitCode = (await run(output, options as Record<string, never>, this.args)) ?? exitCodes.ok;
  };
}

const withRunOptions = (made: Command): Command =>
  made
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

command('list', 'List methods by kind, and studies.', ['list', 'list loss', 'list --json'])
  .argument('[kind]', 'only the methods of this kind')
  .action(action(async (output, _options, [kind]) => (await import('./commands/list.js')).list(output, kind)));

command('info', 'Say what a method, study or paper is, with its parameters.', [
  'info comp-sum',
  'info 29',
  'info mirostat',
])
  .argument('<name>', 'a method, a study, or a paper by number, name or arXiv id')
  .action(action(async (output, _options, [name]) => (await import('./commands/info.js')).info(output, name!)));

const reproduce = withRunOptions(
  command('reproduce', "Run a paper's study and check its claims with measured numbers.", [
    'reproduce comp-sum --quick',
    'reproduce comp-sum --seed 7 --set epochs=5',
    'reproduce comp-sum --help      (all parameters of a study)',
    'reproduce comp-sum --json > result.json',
  ]),
)
  .argument('<study...>', 'one or several; surprisal list shows them')
  .action(
    action(async (output, options, studies) =>
      (await import('./commands/reproduce.js')).reproduce(output, studies, options),
    ),
  );

const compare = withRunOptions(
  command('compare', 'Compare methods of one kind on the same task: one table, one plot.', [
    'compare loss --on mnist --noise 0.4',
    'compare loss cross-entropy comp-sum:tau=1.5 focal --on mnist --noise 0,0.4,0.8',
    'compare loss --on mnist --help      (all parameters of the task)',
  ]),
)
  .argument('<kind>', 'the kind; surprisal list shows them')
  .argument('[methods...]', 'methods, with parameters after a colon: comp-sum:tau=1.5 (default: all of the kind)')
  .option('--on <task>', 'the task')
  .action(
    action(async (output, options, [kind, ...methods]) =>
      (await import('./commands/reproduce.js')).compare(output, kind!, methods, options),
    ),
  );

command('resume', 'Go on with a run that was stopped or killed.', [
  'resume last',
  'resume runs/2026-01-31/120000-comp-sum-seed1',
])
  .argument('<run>', 'a run folder, its name, or "last"')
  .option('--runs <folder>', 'where runs are kept (default runs)')
  .option('--engine <name>', 'another engine; results are then no longer equal bit for bit')
  .option('--set <key=value>', 'change a parameter all the same; needs --force', collect)
  .option('--force', 'allow changed parameters')
  .option('--json-lines', 'print each event as a line of JSON')
  .action(
    action(async (output, options, [run]) => (await import('./commands/reproduce.js')).resume(output, run!, options)),
  );

const runs = command('runs', 'List runs, compare two, or export one.', [
  'runs',
  'runs --json',
  'runs compare last runs/2026-01-31/120000-comp-sum-seed1',
  'runs export last --markdown',
])
  .option('--runs <folder>', 'where runs are kept (default runs)')
  .action(
    action(async (output, options) => {
      const module = await import('./commands/runs.js');
      return module.runs(output, await module.rootOf(options));
    }),
  );

command(
  'compare',
  'Show what differs in the parameters of two runs, and their results beside each other.',
  ['runs compare last 120000-comp-sum-seed1', 'runs compare RUN_A RUN_B --json'],
  runs,
)
  .argument('<a>', 'a run folder, its name, or "last"')
  .argument('<b>', 'another one')
  .option('--runs <folder>', 'where runs are kept (default runs)')
  .action(
    action(async (output, options, [a, b]) => {
      const module = await import('./commands/runs.js');
      return module.compareRuns(output, await module.rootOf(options), [a!, b!]);
    }),
  );

/** What makes no sense where a run's metrics go elsewhere. */
const TABLE_FLAGS = ['csv', 'markdown', 'latex', 'table'];

command(
  'export',
  'Print the tables of a run for a spreadsheet or a paper, or hand its metrics to TensorBoard or MLflow.',
  [
    'runs export last > table.csv',
    'runs export last --table accuracy --latex',
    'runs export last --tensorboard logs      (then: tensorboard --logdir logs)',
    'runs export last --mlflow http://localhost:5000',
  ],
  runs,
)
  .argument('<run>', 'a run folder, its name, or "last"')
  .option('--runs <folder>', 'where runs are kept (default runs)')
  .option('--csv', 'as CSV (default)')
  .option('--markdown', 'as Markdown')
  .option('--latex', 'as LaTeX')
  .option('--table <name>', 'this table alone')
  .addOption(
    new Option('--tensorboard <folder>', 'write event files below this folder instead: a folder per series').conflicts(
      TABLE_FLAGS,
    ),
  )
  .addOption(
    new Option(
      '--mlflow <address>',
      'send the run to this tracking server instead: a run, and one per series',
    ).conflicts([...TABLE_FLAGS, 'tensorboard']),
  )
  .action(
    action(async (output, options, [run]) => {
      const [{ exportRun }, { rootOf }] = await Promise.all([
        import('./commands/export.js'),
        import('./commands/runs.js'),
      ]);
      return exportRun(output, await rootOf(options), run!, options);
    }),
  );

command('doctor', 'Check engines, versions and plugins, and say how to mend what fails.', [
  'doctor',
  'doctor --json',
]).action(
  action(async (output) =>
    (await (await import('./commands/doctor.js')).doctor(output)) ? exitCodes.ok : exitCodes.failed,
  ),
);

command('completion', 'Print a completion script for a shell.', [
  'completion bash >> ~/.bashrc',
  'completion fish > ~/.config/fish/completions/surprisal.fish',
])
  .argument('<shell>', 'bash, zsh or fish')
  .action(
    action(
      async (_output, _options, [shell]) =>
        void process.stdout.write(`${(await import('./commands/completion.js')).completion(shell!)}`),
    ),
  );

/** A study's parameters become flags of the command, so that help shows them and a mistyped one is refused. */
async function addStudyFlags(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name !== 'reproduce' && name !== 'compare') return;
  const operands = rest.filter(
    (text, i) => !text.startsWith('-') && !/^--(seed|engine|set|runs|on)$/.test(rest[i - 1] ?? ''),
  );
  if (operands.length === 0) return;
  const [{ loadPlugins }, { addParameterFlags }, { comparisonOf }] = await Promise.all([
    import('./plugins.js'),
    import('./parameters.js'),
    import('./commands/reproduce.js'),
  ]);
  const { registry } = await loadPlugins();
  if (name === 'compare') {
    registry.methods(operands[0]);
    const on = rest[rest.indexOf('--on') + 1];
    return addParameterFlags(
      compare,
      comparisonOf(registry.studies, operands[0]!, rest.includes('--on') ? on : undefined),
    );
  }
  for (const study of registry.studies) if (operands.includes(study.name)) addParameterFlags(reproduce, study);
}

try {
  const args = process.argv.slice(2);
  if (args[0] === '__complete') {
    const { candidates } = await import('./commands/completion.js');
    process.stdout.write((await candidates(program, args.slice(1))).map((word) => `${word}\n`).join(''));
    process.exit();
  }
  await addStudyFlags(args);
  if (args.length === 0) program.outputHelp();
  else await program.parseAsync(args, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  else
    process.exitCode = (await import('./exit.js')).report(error, {
      verbose: process.argv.includes('--verbose'),
      json: process.argv.includes('--json'),
    });
}
