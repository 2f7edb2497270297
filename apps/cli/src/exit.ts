/** What the command's exit code says. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** A mistake in how the command was called. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** A server that does not answer, or not as it should. */
export class ServerError extends Error {
  override name = 'ServerError';
}

/** A run that began and could not be brought to its end. */
export class RunError extends Error {
  override name = 'RunError';
}

// By name, not by class: help must not load core, and a plugin may have a copy of core of its own.
const inputErrors = [
  'UsageError',
  'DataError',
  'MissingDependencyError',
  'UnknownNameError',
  'ShapeError',
  'DomainError',
  'ServerError',
];
const fileErrors = ['EACCES', 'EPERM', 'ENOENT', 'EEXIST', 'ENOSPC', 'EROFS', 'ENOTDIR', 'EISDIR'];

const nameOf = (error: unknown) => (error instanceof Error ? error.name : '');
const isFileError = (error: unknown) => fileErrors.includes((error as { code?: string } | null)?.code ?? '');

/** Whether it is missing or bad input, found while a study runs; anything else then is a failure of the run. */
export const isMissingInput = (error: unknown): boolean => inputErrors.slice(0, 4).includes(nameOf(error));

/** The exit code of an error. */
export const exitCodeOf = (error: unknown): number =>
  inputErrors.includes(nameOf(error)) || isFileError(error) ? exitCodes.usage : exitCodes.failed;

/** What an error says, in one line. */
export function messageOf(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
  const expected = exitCodeOf(error) === exitCodes.usage || nameOf(error) === 'RunError';
  return expected ? message : `unexpected: ${message} (--verbose shows where)`;
}

/** Says in one line on stderr what went wrong, as JSON on stdout and with the stack when asked, and gives the exit code. */
export function report(error: unknown, { verbose = false, json = false } = {}): number {
  process.stderr.write(`surprisal: ${messageOf(error)}\n`);
  if (verbose && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
  if (json) {
    const what = { name: nameOf(error), message: messageOf(error) };
    process.stdout.write(`${JSON.stringify({ version: 1, error: what }, null, 2)}\n`);
  }
  return exitCodeOf(error);
}

const stackOf = ({ stack, cause }: Error): string =>
  cause instanceof Error ? `${stack}\ncaused by ${cause.stack}` : String(stack);
