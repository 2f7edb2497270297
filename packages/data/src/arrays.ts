import { DataError, type NdArray, decodeNpy, isNpy, ndarray } from '@surprisal/core';
import Papa from 'papaparse';
import { numberOf } from './tables-columns.js';
import { decodeText } from './tables-text.js';

/** How an array is read. */
export interface ReadArrayOptions {
  /** What errors call it: the file's name. Default `'array'`. */
  readonly name?: string;
}

/**
 * Reads an array of numbers from the content of a file. The same in Node and in a page: it takes bytes or text, not paths.
 *
 * - NPY, as `numpy.save` writes it: known by how it begins;
 * - JSON: numbers in lists, nested to any depth;
 * - text: values separated by commas, semicolons, tabs or bars, a row per line. A first line of which a cell is no number names the columns.
 *   One row and one column are a vector `[n]`, more are a matrix `[rows, columns]`.
 *
 * @returns the numbers in float64
 * @throws DataError that names file, row, value and mend: for an empty file, rows of unequal length, and what is no number
 *
 * @example
 * console.log(readArray('0.2\n0.8\n').shape, readArray('a,b\n0.2,0.8\n1,0\n').shape, readArray('[[[1], [2]]]').shape); // [ 2 ] [ 2, 2 ] [ 1, 2, 1 ]
 */
export function readArray(
  content: Uint8Array | ArrayBuffer | string,
  { name = 'array' }: ReadArrayOptions = {},
): NdArray<Float64Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  if (isNpy(bytes)) return decodeNpy(bytes, name);
  const text = decodeText(bytes, name, 'an NPY file');
  if (text.trim() === '') throw new DataError(`${name}: the file is empty; expected numbers`);
  return /^\s*[[{]/.test(text) ? fromJson(text, name) : fromRows(text, name);
}

function fromRows(text: string, name: string): NdArray<Float64Array> {
  const { data } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' });
  const named = data[0]!.some((cell) => cell.trim() !== '' && numberOf(cell) === undefined);
  const rows = named ? data.slice(1) : data;
  if (rows.length === 0) throw new DataError(`${name}: no numbers stand below the names of the columns`);
  const numbers = rows.flatMap((row, r) => {
    if (row.length !== rows[0]!.length)
      throw new DataError(`${name}: row ${r + 1} must have ${rows[0]!.length} values, as the first, got ${row.length}`);
    return row.map((cell, c) => numberAt(numberOf(cell), cell, `${name}: row ${r + 1}, column ${c + 1}`));
  });
  const shape = [rows.length, rows[0]!.length];
  return ndarray(Float64Array.from(numbers), shape.includes(1) ? [numbers.length] : shape);
}

function numberAt(value: number | undefined, cell: unknown, place: string): number {
  if (value !== undefined && !Number.isNaN(value)) return value;
  throw new DataError(`${place} must be a number, got ${JSON.stringify(cell)}; mend it, or leave it out`);
}

function fromJson(text: string, name: string): NdArray<Float64Array> {
  const value = parsed(text, name);
  const shape: number[] = [];
  for (let part = value; Array.isArray(part); part = part[0] as unknown) shape.push(part.length);
  const numbers: number[] = [];
  gather(value, shape, name, numbers);
  if (numbers.length === 0) throw new DataError(`${name}: must hold numbers in lists, got none`);
  return ndarray(Float64Array.from(numbers), shape);
}

/** Puts the numbers of nested lists behind one another. */
function gather(value: unknown, shape: readonly number[], name: string, numbers: number[]): void {
  const [length, ...inner] = shape;
  if (length === undefined) {
    numbers.push(numberAt(typeof value === 'number' ? value : undefined, value, name));
  } else if (Array.isArray(value) && value.length === length) {
    for (const part of value) gather(part, inner, name, numbers);
  } else {
    const got = Array.isArray(value) ? `${value.length}` : JSON.stringify(value)?.slice(0, 40);
    throw new DataError(`${name}: lists beside one another must be of equal length, ${length}, got ${got}`);
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DataError(`${name} must be JSON: ${(error as Error).message.split('\n')[0]}; write it anew`);
  }
}
