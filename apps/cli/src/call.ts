import { CommanderError } from 'commander';
import type { CliCommand } from './command.js';
import { UsageError, exitCodes, report } from './exit.js';
import { makeProgram } from './program.js';

/** `help NAME...` as `NAME... --help`, which knows the parameters of the methods that are named; a mistyped name as itself, to be refused. */
function asFlag(program: CliCommand, words: readonly string[]): readonly string[] {
  const [first, name] = words;
  if (first !== 'help' || name === undefined) return words;
  return commandNamed(program, name) ? [...words.slice(1), '--help'] : [name];
}

const commandNamed = (program: CliCommand, name: string | undefined) =>
  program.commands.find((one) => one.name() === name) as CliCommand | undefined;

async function run(program: CliCommand, given: readonly string[]): Promise<void> {
  const words = asFlag(program, given);
  if (words.length === 0) return program.outputHelp();
  if (words[0] === '__complete') {
    const { candidates } = await import('./actions/completion.js');
    process.stdout.write((await candidates(program, words.slice(1))).map((word) => `${word}\n`).join(''));
    return;
  }
  await commandNamed(program, words[0])?.prepare?.(words.slice(1));
  await program.parseAsync(words, { from: 'user' });
}

/** Help was shown, or else something went wrong, which is said. */
function exitCodeFor(error: unknown, words: readonly string[]): number {
  const byCommander = error instanceof CommanderError;
  if (byCommander && (error.exitCode === 0 || error.code === 'commander.help'))
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const told = byCommander
    ? new UsageError(error.message.replace(/^error: /, '').replace(/\n\(Did/, ' (did'), { cause: error })
    : error;
  return report(told, { verbose: words.includes('--verbose'), json: words.includes('--json') });
}

/** Does what the words of a call say, and leaves its exit code to the process. */
export async function call(words: readonly string[]): Promise<void> {
  try {
    await run(makeProgram(), words);
  } catch (error) {
    process.exitCode = exitCodeFor(error, words);
  }
}
