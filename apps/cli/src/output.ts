import picocolors from 'picocolors';

/** Options that every command has. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly jsonLines?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color?: boolean | undefined;
  readonly ascii?: boolean;
}

/** The version of the `--json` output's form. */
export const JSON_VERSION = 1;

/** Where results and messages go: results to stdout, everything else to stderr. */
export class Output {
  /** Colours of stdout, and of stderr: each has them when it is a terminal, or when they are asked for. */
  readonly colors;
  readonly noteColors;
  readonly json: boolean;
  readonly jsonLines: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly ascii: boolean;
  readonly #warned = new Set<string>();

  constructor(options: OutputOptions) {
    this.colors = picocolors.createColors(options.color ?? hasColors(process.stdout));
    this.noteColors = picocolors.createColors(options.color ?? hasColors(process.stderr));
    this.json = options.json ?? false;
    this.jsonLines = options.jsonLines ?? false;
    this.quiet = options.quiet ?? false;
    this.verbose = options.verbose ?? false;
    this.ascii = options.ascii ?? false;
  }

  /** Whether results are for a person. */
  get forPeople(): boolean {
    return !this.json && !this.jsonLines;
  }

  /** A result for a person. */
  print(text: string): void {
    if (this.forPeople) process.stdout.write(`${text}\n`);
  }

  /** A part of a result for a person, as it comes. */
  write(text: string): void {
    if (this.forPeople) process.stdout.write(text);
  }

  /** The result as one JSON object, with `--json`. */
  result(value: Readonly<Record<string, unknown>>): void {
    if (this.json) process.stdout.write(`${JSON.stringify({ version: JSON_VERSION, ...value }, null, 2)}\n`);
  }

  /** One event as a line, with `--json-lines`. */
  line(value: unknown): void {
    if (this.jsonLines) process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** A message beside the results. */
  note(text: string): void {
    if (!this.quiet) process.stderr.write(`${text}\n`);
  }

  /** A warning, shown even when quiet, and once. */
  warn(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    process.stderr.write(`${this.noteColors.yellow('warning:')} ${text}\n`);
  }
}

/** NO_COLOR wins over FORCE_COLOR; without either, a terminal has colours. */
function hasColors({ isTTY }: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY === true && TERM !== 'dumb';
}
