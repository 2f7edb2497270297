import { table } from '@surprisal/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Output } from '../output.js';
import { layout, printClaims, printTable } from './table.js';

const written: string[] = [];
vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
afterEach(() => void (written.length = 0));
const shown = () => written.join('').split('\n').slice(1, -1);

const results = table({
  name: 'accuracy',
  columns: [
    { key: 'loss', title: 'loss' },
    { key: 'accuracy', title: 'accuracy', better: 'higher' },
    { key: 'steps', title: 'steps' },
  ],
  rows: [
    { loss: 'focal', accuracy: { mean: 97.123, standardError: 0.118, n: 3 }, steps: 10 },
    { loss: 'größer', accuracy: { mean: 8.5, standardError: 12.3, n: 3 }, steps: 1200 },
    { loss: 'once', accuracy: { mean: 50, n: 1 }, steps: 1 },
  ],
});

describe('printTable', () => {
  it('aligns decimals and errors, and marks the best by a sign', () => {
    printTable(new Output({ color: false }), results);
    expect(shown()).toEqual([
      'accuracy',
      'loss         accuracy ↑  steps',
      '------  ---------------  -----',
      'focal   97.12 ±  0.12 ★     10',
      'größer   8.50 ± 12.30     1200',
      'once    50.00 (n=1)          1',
    ]);
  });

  it('keeps to ASCII when asked', () => {
    printTable(new Output({ color: false, ascii: true }), { ...results, rows: results.rows.slice(0, 1) });
    expect(shown()[1]).toContain('accuracy (up)');
    expect(shown()[3]).toContain('97.12 +- 0.12');
  });

  it('shows a figure that is not finite, as it comes back from a file', () => {
    const rows = JSON.parse(JSON.stringify([{ loss: 'a', accuracy: { mean: NaN, n: 1 }, steps: Infinity }])) as never;
    printTable(new Output({ color: false }), { ...results, rows });
    expect(shown()[3]).toMatch(/^a +not finite \(n=1\) +not finite$/);
  });
});

describe('printClaims', () => {
  it('says by word and sign whether a claim holds, the paper’s figure beside ours', () => {
    const claim = { type: 'claim', says: 'it is less', paper: 0.5, measured: { mean: 0.4, n: 1 } } as const;
    printClaims(new Output({ color: false }), [
      { ...claim, holds: true },
      { ...claim, holds: false, note: 'why' },
    ]);
    expect(shown()).toEqual([
      'claims',
      '✓ holds: it is less',
      '    paper: 0.50; measured: 0.40 (n=1)',
      '✗ does not hold: it is less',
      '    paper: 0.50; measured: 0.40 (n=1)',
      '    why',
    ]);
  });
});

describe('layout', () => {
  it('makes no column wider than its text, however narrow the terminal is', () => {
    const rows = [['1', 'bar', '3.14']];
    expect(layout(['#', 'bits', 'entropy'], rows, [true, false, true], 10)).toEqual(
      layout(['#', 'bits', 'entropy'], rows, [true, false, true], Infinity),
    );
  });

  it('counts columns as a terminal does, and wraps the widest text to fit it', () => {
    expect(layout(['name', 'n'], [['数', '1']], [false, true])).toEqual(['name  n', '----  -', '数    1']);
    const lines = layout(['name', 'what'], [['a', 'one two three four five six seven']], [], 30);
    expect(lines).toEqual([
      'name  what',
      '----  ------------------------',
      'a     one two three four five',
      '      six seven',
    ]);
  });
});
