import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DataError } from '@surprisal/core';

/** Writes a file beside its place and moves it there: it is never half-written, whatever happens. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  makeFolder(dirname(file));
  const descriptor = openSync(`${file}.part`, 'w');
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.part`, file);
}

/** Makes a folder with those above it. Node's own way never ends where the system takes no folders at all, as in /proc. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process made it meanwhile
  }
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
