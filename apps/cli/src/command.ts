import { Command, Option } from 'commander';
import { exitCodes } from './exit.js';
import { Output, type OutputOptions } from './output.js';

/** What a command does, given where to write, its options, and its operands. Its exit code; 0 without one. */
export type Action = (
  output: Output,
  options: Record<string, never>,
  operands: string[],
) => Promise<number | void> | number | void;

/** The names that completion offers after the operands so far, asked for when they are needed. */
export type Offer = (operands: readonly string[]) => Promise<readonly string[]> | readonly string[];

/** A command as all of this program are: with examples, flags for output, and completion. */
export class CliCommand extends Command {
  /** Adds flags that depend on the words of the call, before they are parsed: the parameters of the study that is named. */
  prepare?: (words: readonly string[]) => Promise<void>;
  readonly #offers = new Map<string, Offer>();

  override createCommand(name?: string): CliCommand {
    return new CliCommand(name);
  }

  /** A new command below this one. */
  add(usage: string, summary: string, examples: readonly string[]): CliCommand {
    return this.command(usage)
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

  /** Runs the action, and exits with its code. */
  does(run: Action): this {
    return this.action(async () => {
      const options = this.optsWithGlobals();
      // commander makes --no-color the default true; without either flag the terminal decides
      const given = this.getOptionValueSourceWithGlobals('color') !== 'default';
      const output = new Output({ ...options, color: given ? (options.color as boolean) : undefined } as OutputOptions);
      process.exitCode = (await run(output, options as Record<string, never>, this.args)) ?? exitCodes.ok;
    });
  }

  /** What completion offers as an operand (`''`), or as the value of a flag (`'--law'`). */
  offers(place: string, offer: Offer): this {
    this.#offers.set(place, offer);
    return this;
  }

  /** The names that may stand in a place. */
  async offered(place: string, operands: readonly string[]): Promise<readonly string[]> {
    return (await this.#offers.get(place)?.(operands)) ?? [];
  }
}

/** The examples of a help text. */
export const examplesOf = (examples: readonly string[]): string =>
  `Examples:\n${examples.map((example) => `  $ surprisal ${example}`).join('\n')}`;

/** Gathers the values of a flag that may be repeated. */
export const collect = (text: string, before: string[] = []): string[] => [...before, text];
