import { buffer } from 'node:stream/consumers';
import { DataError, type NdArray } from '@surprisal/core';
import { readArray } from '@surprisal/data/arrays';
import { readUserFile } from '../user-files.js';

/** An array and what errors call it. */
export interface NamedArray extends NdArray<Float64Array> {
  readonly name: string;
}

/** The content of a file, or of stdin (`-`), with the name that errors give it. */
export async function readContent(file: string): Promise<{ name: string; bytes: Buffer }> {
  if (file === '-') return { name: 'stdin', bytes: await buffer(process.stdin) };
  return { name: file, bytes: await readUserFile(file) };
}

/**
 * The numbers in a file, at least one.
 *
 * @throws DataError that names it
 */
export async function readNumbers(file: string): Promise<NamedArray> {
  const { name, bytes } = await readContent(file);
  return numbersOf(bytes, name);
}

/** {@link readNumbers}, of what was read. */
export function numbersOf(content: Uint8Array | string, name: string): NamedArray {
  const { shape, data } = readArray(content, { name });
  if (data.length === 0)
    throw new DataError(`${name}: must hold numbers, got none, in the shape [${shape.join(', ')}]`);
  return { name, shape, data };
}

/** Where a number stands, counted from 1 as people do: `value 3` of a vector, `row 2, column 3` of a matrix. */
export function placeOf({ shape }: Pick<NamedArray, 'shape'>, index: number): string {
  const columns = shape.length === 2 ? shape[1]! : undefined;
  if (columns === undefined) return `value ${index + 1}`;
  return `row ${Math.floor(index / columns) + 1}, column ${(index % columns) + 1}`;
}
