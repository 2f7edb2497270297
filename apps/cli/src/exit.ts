import { SurprisalError } from '@surprisal/core';

/** What the command's exit code says. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** A mistake in how the command was called. */
export class UsageError extends SurprisalError {
  override name = 'UsageError';
}

/** Says in one line on stderr what went wrong, with the stack when asked, and gives the exit code. */
export function report(error: unknown, verbose: boolean): number {
  const known = error instanceof SurprisalError || isFileError(error);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `surprisal: ${known ? message : `unexpected: ${message.split('\n')[0]} (--verbose shows where)`}\n`,
  );
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return known ? exitCodes.usage : exitCodes.failed;
}

const isFileError = (error: unknown) =>
  ['EACCES', 'EPERM', 'ENOENT', 'ENOSPC', 'EROFS', 'ENOTDIR'].includes((error as { code?: string }).code ?? '');
