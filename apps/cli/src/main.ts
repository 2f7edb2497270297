import { CommanderError } from 'commander';
import type { CliCommand } from './command.js';
import { exitCodes } from './exit.js';
import { makeProgram } from './program.js';

// A reader that has enough (head, less) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed),
);

async function run(program: CliCommand, words: readonly string[]): Promise<void> {
  if (words.length === 0) return program.outputHelp();
  if (words[0] === '__complete') {
    const { candidates } = await import('./actions/completion.js');
    process.stdout.write((await candidates(program, words.slice(1))).map((word) => `${word}\n`).join(''));
    return;
  }
  const command = program.commands.find((one) => one.name() === words[0]) as CliCommand | undefined;
  await command?.prepare?.(words.slice(1));
  await program.parseAsync(words, { from: 'user' });
}

try {
  await run(makeProgram(), process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  else
    process.exitCode = (await import('./exit.js')).report(error, {
      verbose: process.argv.includes('--verbose'),
      json: process.argv.includes('--json'),
    });
}
