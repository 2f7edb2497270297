import { readFileSync } from 'node:fs';
import { CliCommand, examplesOf } from './command.js';
import { commands } from './commands/index.js';

/** The program with all its commands. */
export function makeProgram(): CliCommand {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new CliCommand('surprisal')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
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
    .configureOutput({ outputError: () => {} }) // the exit says what was wrong
    .exitOverride();
  for (const [group, declarations] of Object.entries(commands)) {
    program.commandsGroup(group);
    for (const declare of declarations) declare(program);
  }
  return program.helpCommand('help [command]', 'show help for a command'); // in the last group
}
