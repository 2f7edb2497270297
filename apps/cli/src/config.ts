import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseParams } from '@surprisal/core';
import { z } from 'zod';
import { UsageError } from './exit.js';

/** `surprisal.config.json` (or `.js`, `.mjs`, `.ts` with a default export) in the current folder. */
export interface ConfigFile {
  readonly seed?: number | undefined;
  readonly engine?: string | undefined;
  /** Where runs are kept. */
  readonly runs?: string | undefined;
  /** Parameters by study. */
  readonly studies?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

const schema = z
  .object({
    seed: z.int().optional(),
    engine: z.string().optional(),
    runs: z.string().optional(),
    studies: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  })
  .strict();

const names = ['json', 'js', 'mjs', 'ts'].map((ending) => `surprisal.config.${ending}`);

/**
 * Reads the configuration file, if there is one.
 *
 * @throws UsageError when it cannot be read, or when there are two; DomainError when it holds something else
 */
export async function readConfig(): Promise<ConfigFile> {
  const found = names.filter((name) => existsSync(resolve(name)));
  if (found.length === 0) return {};
  if (found.length > 1) throw new UsageError(`${found.join(' and ')}: expected one configuration file, keep one`);
  const content = await load(resolve(found[0]!));
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new UsageError(`${resolve(found[0]!)}: must hold an object with seed, engine, runs, studies`);
  return parseParams(found[0]!, schema, content);
}

async function load(path: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(readFileSync(path, 'utf8')) as unknown;
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new UsageError(
        `${path}: Node ${process.versions.node} reads no TypeScript; name it .js or .json, or use Node 22.18`,
      );
    throw new UsageError(
      `${path}: ${path.endsWith('.json') ? 'must be JSON' : 'cannot be loaded'}: ${message.split('\n')[0]}`,
    );
  }
}
