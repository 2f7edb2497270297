import { DomainError } from '../errors.js';

/** A count beyond this is taken for a mistake. */
const MOST = 64;

/** What is taken unasked. More threads wait for the memory, and for each other, more than they compute. */
const MOST_UNASKED = 8;

interface Host {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    getBuiltinModule?(name: 'node:os'): { availableParallelism(): number } | undefined;
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

/**
 * How many threads kernels are to run on: what is asked for, else what the variable SURPRISAL_THREADS says, else the number of
 * cores, 8 at most.
 *
 * @throws DomainError when it is no whole number from 1 to 64
 */
export function threadCount(asked?: number): number {
  if (asked !== undefined) return checked('useEngine: threads', asked, asked);
  const { process, navigator } = globalThis as Host;
  const variable = process?.env?.SURPRISAL_THREADS;
  if (variable) return checked('SURPRISAL_THREADS', Number(variable), variable);
  const cores = process?.getBuiltinModule?.('node:os')?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
  return Math.min(cores, MOST_UNASKED);
}

function checked(what: string, count: number, got: number | string): number {
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count;
  const shown = typeof got === 'string' ? JSON.stringify(got) : got;
  throw new DomainError(
    `${what} must be a whole number from 1 to ${MOST}, got ${shown}; leave it out to use every core`,
  );
}
