import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './run/files.js';

/** Where what was computed once is kept: SURPRISAL_CACHE, else the user's cache folder. */
export function cacheFolder(): string {
  const { SURPRISAL_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  return SURPRISAL_CACHE || join(XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), '.cache'), 'surprisal');
}

/** What is kept, how it is written and read back. */
export interface Cached<T> {
  /** Begins the file's name: `'model'`. */
  readonly name: string;
  /** All that the result depends on, versions included. */
  readonly key: unknown;
  readonly make: () => T;
  readonly write: (value: T) => Uint8Array | string;
  readonly read: (bytes: Buffer) => T;
}

const digest = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

/**
 * A result from the cache, or made anew and kept. The file begins with the checksum of what follows: one that was cut off or
 * changed is made anew. Nothing fails where the folder cannot be written.
 */
export function cached<T>({ name, key, make, write, read }: Cached<T>): T {
  const file = join(cacheFolder(), `${name}-${digest(JSON.stringify(key)).slice(0, 16)}`);
  const kept = load(file, read);
  if (kept !== undefined) return kept;
  const value = make();
  keep(file, write(value));
  return value;
}

function load<T>(file: string, read: (bytes: Buffer) => T): T | undefined {
  try {
    const bytes = readFileSync(file);
    const content = bytes.subarray(65);
    return bytes.toString('latin1', 0, 64) === digest(content) ? read(content) : undefined;
  } catch {
    return undefined; // not there, or of another form
  }
}

/** Written beside its place and moved there, so that another process never reads half of it. */
function keep(file: string, content: Uint8Array | string): void {
  const draft = `${file}.${randomUUID()}`;
  try {
    makeFolder(cacheFolder());
    writeFileSync(draft, Buffer.concat([Buffer.from(`${digest(content)}\n`), Buffer.from(content as Uint8Array)]));
    renameSync(draft, file);
  } catch {
    rmSync(draft, { force: true });
  }
}
