import { readFileSync } from 'node:fs';
import { DataError, UnknownNameError } from '@surprisal/core';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { type TableFormat, numberColumn, readTable } from './tables.js';

const RUNS = 'N,D,loss\n7e10,1.4e12,1.94\n1e9,2e10,2.58\n';
const runs = { N: [7e10, 1e9], D: [1.4e12, 2e10], loss: [1.94, 2.58] };
const parquet = (columns: Readonly<Record<string, unknown[]>>, codec: 'SNAPPY' | 'UNCOMPRESSED' = 'SNAPPY') =>
  parquetWriteBuffer({
    columnData: Object.entries(columns).map(([name, data]) => ({
      name,
      data: data as never,
      ...(typeof data[0] === 'number' && { type: 'DOUBLE' as const }),
    })),
    codec,
  });

const plain = (columns: Readonly<Record<string, Float64Array | readonly string[]>>) =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, [...column]]));

describe('readTable', () => {
  it.each<[string, string, TableFormat, string | ArrayBuffer]>([
    ['commas', 'runs.csv', 'csv', RUNS],
    ['tabs', 'runs.tsv', 'csv', RUNS.replaceAll(',', '\t')],
    ['semicolons and Windows lines', 'runs.csv', 'csv', RUNS.replaceAll(',', ';').replaceAll('\n', '\r\n')],
    ['a byte order mark, quotes and spaces', 'runs.csv', 'csv', `\ufeff${RUNS.replace('D', '" D "')}\n\n`],
    ['no name', 'table', 'csv', RUNS],
    ['lines of JSON', 'runs.jsonl', 'jsonl', '{"N":7e10,"D":1.4e12,"loss":1.94}\n{"loss":2.58,"N":1e9,"D":2e10}\n'],
    ['lines of JSON without a name', 'x', 'jsonl', '{"N":7e10,"D":1.4e12,"loss":1.94}\n{"N":1e9,"D":2e10,"loss":2.58}'],
    ['rows', 'runs.json', 'json', '[{"N":7e10,"D":1.4e12,"loss":1.94},{"N":1e9,"D":2e10,"loss":2.58}]'],
    ['columns', 'x', 'json', JSON.stringify(runs)],
    [
      'columns that are named',
      'runs.json',
      'json',
      JSON.stringify({ columns: ['N', 'D', 'loss'], ...runs, n: 2, tags: ['a'] }),
    ],
    ['pandas', 'runs.json', 'json', '{"N":{"0":7e10,"1":1e9},"D":{"0":1.4e12,"1":2e10},"loss":{"0":1.94,"1":2.58}}'],
    [
      'pandas, split',
      'runs.json',
      'json',
      '{"columns":["N","D","loss"],"index":[0,1],"data":[[7e10,1.4e12,1.94],[1e9,2e10,2.58]]}',
    ],
    ['Parquet', 'runs.parquet', 'parquet', parquet(runs)],
    ['Parquet, uncompressed, without a name', 'x', 'parquet', parquet(runs, 'UNCOMPRESSED')],
  ])('reads %s', async (_, name, format, content) => {
    const table = await readTable(content, { name });
    expect(table).toMatchObject({ length: 2, format, name });
    expect(plain(table.columns)).toEqual(runs);
    expect(Object.values(table.columns).every((column) => column instanceof Float64Array)).toBe(true);
  });

  it('reads UTF-16, as spreadsheets write it, and a window on larger bytes', async () => {
    const utf16 = Buffer.from(`\ufeff${RUNS}`, 'utf16le');
    expect(plain((await readTable(utf16, { name: 'runs.csv' })).columns)).toEqual(runs);
    const file = new Uint8Array(parquet(runs));
    const window = Buffer.concat([Buffer.from('before'), file, Buffer.from('after')]).subarray(6, 6 + file.length);
    expect(plain((await readTable(window)).columns)).toEqual(runs);
  });

  it('takes the table that this package brings, with what it says of itself', async () => {
    const file = readFileSync(new URL('../tables/chinchilla-epoch.json', import.meta.url));
    const table = await readTable(file, { name: 'chinchilla-epoch.json' });
    expect(Object.keys(table.columns)).toEqual(['N', 'C', 'loss']);
    expect(table.length).toBe(245);
    expect(table.about).toMatchObject({ name: 'chinchilla-epoch', units: { C: 'training FLOP' } });
  });

  it('keeps text, makes columns of inner objects, and leaves empty cells empty', async () => {
    const { columns } = await readTable(
      '{"run":"a","config":{"lr":0.1},"loss":3}\n{"run":"b","config":{},"loss":null}\n',
    );
    expect(plain(columns)).toEqual({ run: ['a', 'b'], 'config.lr': [0.1, NaN], loss: [3, NaN] });
    const csv = await readTable('run,loss,note\na,inf,\nb,NaN,1\nc,-Infinity,x\n');
    expect(plain(csv.columns)).toEqual({
      run: ['a', 'b', 'c'],
      loss: [Infinity, NaN, -Infinity],
      note: ['', '1', 'x'],
    });
  });

  it('gives whole numbers and times of Parquet', async () => {
    const { columns } = await readTable(parquet({ step: [1n, 2n ** 40n], day: [new Date(0), new Date(86_400_000)] }));
    expect(plain(columns)).toEqual({
      step: [1, 2 ** 40],
      day: ['1970-01-01T00:00:00.000Z', '1970-01-02T00:00:00.000Z'],
    });
  });

  it('reads back any numbers, in every format', async () => {
    const numbers = fc.array(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(numbers, async (loss) => {
        const rows = loss.map((value) => ({ loss: value }));
        for (const content of [
          `loss\n${loss.join('\n')}\n`,
          JSON.stringify({ loss }),
          rows.map((row) => JSON.stringify(row)).join('\n'),
          parquet({ loss }),
        ])
          expect([...numberColumn(await readTable(content), 'loss')]).toEqual(loss);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what cannot be read is named with its mend', () => {
  const cutOff = parquet(runs).slice(0, -20);
  it.each<[string, string, string | ArrayBuffer]>([
    ['runs.csv: the file is empty; expected a table with named columns', 'runs.csv', ''],
    ['runs.csv: the file is empty; expected a table with named columns', 'runs.csv', ' \n\n'],
    ['runs.csv: the table has no rows; expected at least one below the names of the columns', 'runs.csv', 'N,loss\n'],
    ['runs.json: the table has no rows; expected at least one below the names of the columns', 'runs.json', '[]'],
    ['runs.csv: the first line must name the columns, got 1, 2; add a line such as N,D,loss', 'runs.csv', '1,2\n3,4\n'],
    ['runs.csv: two columns are named loss; rename one', 'runs.csv', 'loss,N,loss\n1,2,3\n'],
    ['runs.csv: column 2 has no name; give it one in the first line', 'runs.csv', 'N,,loss\n1,2,3\n'],
    [
      'runs.csv: row 2 must have 2 cells, as the header, got 3; put cells that hold the separator in quotes',
      'runs.csv',
      'N,loss\n1,2\n1,000,3\n',
    ],
    ['runs.csv: row 1 has a quote that does not end (MissingQuotes); close or delete it', 'runs.csv', 'N,loss\n"1,2\n'],
    [
      'runs.csv: must be text in UTF-8, or a Parquet file; save it as one of these',
      'runs.csv',
      Uint8Array.of(65, 0xff, 0xfe, 0xc0).buffer,
    ],
    ['runs.jsonl: line 2 must be a JSON object, got [1]; write a row per line', 'runs.jsonl', '{"a":1}\n[1]\n'],
    ['runs.json: must hold rows [{"N": 1, ...}, ...] or columns {"N": [1, ...], ...}, got one value', 'runs.json', '3'],
    [
      'runs.json: must hold rows [{"N": 1, ...}, ...] or columns {"N": [1, ...], ...}, got an object with a',
      'runs.json',
      '{"a":1}',
    ],
    ['runs.json: row 2 must be an object {"N": 1, ...}, got 7', 'runs.json', '[{"N":1},7]'],
    ['runs.json: columns must be of equal length, got 2 of N and 1 of loss', 'runs.json', '{"N":[1,2],"loss":[3]}'],
    ['runs.json: column loss must be a list, got undefined', 'runs.json', '{"columns":["N","loss"],"N":[1,2]}'],
    [
      'runs.json: row 1 of data must be a list of 2 cells, one per column',
      'runs.json',
      '{"columns":["N","loss"],"data":[[1]]}',
    ],
  ])('%s', async (message, name, content) => {
    await expect(readTable(content, { name })).rejects.toThrow(new DataError(message));
  });

  it('names JSON and Parquet that end too early', async () => {
    await expect(readTable('{"N":[1,', { name: 'runs.json' })).rejects.toThrow(
      /^runs\.json must be JSON: .*; write it anew/,
    );
    await expect(readTable('{"N":1}\n{"N":', { name: 'runs.jsonl' })).rejects.toThrow(
      /^runs\.jsonl: line 2 must be JSON: /,
    );
    await expect(readTable(cutOff, { name: 'runs.parquet' })).rejects.toThrow(
      /^runs\.parquet: the Parquet file is corrupt or cut off \(.*\); copy it again, or write it anew$/,
    );
  });

  it.each([
    ['7B', 'must be a number, got "7B"; write 7e9'],
    ['1.2 T', 'must be a number, got "1.2 T"; write 1.2e12'],
    ['70 tokens', 'must be a number, got "70 tokens"; write 70, without a unit'],
    ['"1,234,567"', 'must be a number, got "1,234,567"; write 1234567, without separators'],
    ['1 234 567', 'must be a number, got "1 234 567"; write 1234567, without separators'],
    ['"3,14"', 'must be a number, got "3,14"; write 3.14, with a point'],
    ['diverged', 'must be a number, got "diverged"; write a number such as 1.5e9, or leave the column out'],
    ['inf', 'must be finite, got Infinity; fill it in, or delete the row'],
    ['', 'has no number; fill it in, or delete the row'],
    ['n/a', 'has no number; fill it in, or delete the row'],
  ])('a cell %s in a column of numbers', async (cell, says) => {
    const table = await readTable(`run,loss\na,1\nb,${cell}\n`, { name: 'runs.csv' });
    expect(() => numberColumn(table, 'loss')).toThrow(new DataError(`runs.csv: row 2, column loss ${says}`));
  });

  it('a column that there is not', async () => {
    const table = await readTable(RUNS, { name: 'runs.csv' });
    const ask = () => numberColumn(table, 'los');
    expect(ask).toThrow(UnknownNameError);
    expect(ask).toThrow('unknown column of runs.csv "los": did you mean "loss"?');
  });
});
