import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataError } from '@surprisal/core';

/** Writes a file beside its place and moves it there: it is never half-written, whatever happens. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(`${file}.part`, 'w');
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.part`, file);
}

/** JSON as it stands in the files of a run. */
export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** @throws DataError when the file is missing or no JSON */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new DataError(`${file}: cannot be read (${(error as Error).message.split('\n')[0]})`);
  }
}
