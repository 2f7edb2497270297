import { DataError } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArray } from './arrays.js';

const read = (content: string | Uint8Array) => {
  const { shape, data } = readArray(content, { name: 'p.csv' });
  return { shape, values: Array.from(data) };
};

describe('reading arrays', () => {
  it('reads back what was written, as text and as JSON', () => {
    const matrices = fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 4 })).chain(([n, m]) =>
      fc.array(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: m, maxLength: m }), {
        minLength: n,
        maxLength: n,
      }),
    );
    fc.assert(
      fc.property(matrices, fc.constantFrom(',', ';', '\t'), (rows, separator) => {
        const expected = { shape: [rows.length, rows[0]!.length], values: rows.flat().map((value) => value + 0) };
        const text = rows.map((row) => row.join(separator)).join('\n');
        const found = read(text);
        expect({ ...found, values: found.values.map((value) => value + 0) }).toEqual(expected);
        expect(read(JSON.stringify(rows)).values.map((value) => value + 0)).toEqual(expected.values);
      }),
    );
  });

  it.each([
    ['a row', '0.2,0.8'],
    ['a column', '0.2\n0.8\n'],
    ['a column with a name', 'p\n0.2\n0.8'],
    ['a row with names, in quotes, with a byte order mark', '\ufeff"a","b"\r\n0.2,8e-1\r\n\r\n'],
    ['JSON', ' [0.2, 0.8]'],
  ])('takes %s for a vector', (_what, text) => {
    expect(read(text)).toEqual({ shape: [2], values: [0.2, 0.8] });
  });

  it('reads rows as a matrix, lists of lists to any depth, and infinite scores', () => {
    expect(read('a;b\n1;2\n-inf;4')).toEqual({ shape: [2, 2], values: [1, 2, -Infinity, 4] });
    expect(read('[[[1], [2]], [[3], [4]]]')).toEqual({ shape: [2, 2, 1], values: [1, 2, 3, 4] });
  });

  it('reads NPY, whatever the name says', () => {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }`.padEnd(117) + '\n';
    const start = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`, 'latin1');
    const bytes = Buffer.concat([start, Buffer.from(Float32Array.of(0.25, 0.75).buffer)]);
    expect(read(bytes)).toEqual({ shape: [1, 2], values: [0.25, 0.75] });
  });

  it.each([
    ['', 'p.csv: the file is empty; expected numbers'],
    ['a,b\n', 'p.csv: no numbers stand below the names of the columns'],
    ['1,2\n3', 'p.csv: row 2 must have 2 values, as the first, got 1'],
    ['1,2\n3,x', 'p.csv: row 2, column 2 must be a number, got "x"; mend it, or leave it out'],
    ['1,2\n3,', 'p.csv: row 2, column 2 must be a number, got ""; mend it, or leave it out'],
    ['[1, "x"]', 'p.csv must be a number, got "x"; mend it, or leave it out'],
    ['[[1, 2], [3]]', 'p.csv: lists beside one another must be of equal length, 2, got 1'],
    ['[[1], 2]', 'p.csv: lists beside one another must be of equal length, 1, got 2'],
    ['[]', 'p.csv: must hold numbers in lists, got none'],
    ['{"p": 1}', 'p.csv must be a number, got {"p":1}; mend it, or leave it out'],
  ])('refuses %j by name', (text, message) => {
    expect(() => read(text)).toThrow(new DataError(message));
  });

  it('refuses what is cut off or no text', () => {
    expect(() => read('[1, 2')).toThrow(/^p.csv must be JSON: /);
    expect(() => read(Uint8Array.of(0xc3, 0x28))).toThrow(
      'p.csv: must be text in UTF-8, or an NPY file; save it as one of these',
    );
  });
});
