import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claim, defineStudy, paper, plot, table } from '@surprisal/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RunFolder } from './folder.js';
import { describeMachine } from './machine.js';
import { Recorder } from './recorder.js';

const study = defineStudy({
  name: 'tiny',
  summary: 'A <small> study.',
  paper: paper(1),
  params: z.object({}),
  async *run() {},
});
const values = [
  { x: 0, y: 1, loss: 'a & b' },
  { x: 1, y: 2, loss: 'c' },
];
const events = [
  table({
    name: 'accuracy',
    columns: [
      { key: 'loss', title: 'loss' },
      { key: 'mean', title: 'mean', better: 'higher' },
    ],
    rows: [
      { loss: 'a', mean: { mean: 1, n: 1 } },
      { loss: 'b', mean: { mean: 2, n: 1 } },
    ],
  }),
  plot({
    name: 'course',
    caption: 'What "it" does.',
    spec: {
      data: { values },
      mark: 'line',
      encoding: {
        x: { field: 'x', type: 'quantitative' },
        y: { field: 'y', type: 'quantitative' },
        color: { field: 'loss', type: 'nominal' },
      },
    },
  }),
  claim({
    says: 'it holds',
    paper: 0.25,
    measured: { mean: 0.5, standardError: 0.02, n: 3 },
    holds: true,
    note: 'on little data',
  }),
  claim({ says: 'it does not', paper: 'best', measured: 'worst', holds: false }),
];

let root: string;
let html: string;
let read: (name: string) => string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'surprisal-report-'));
  const folder = RunFolder.create(root, {
    version: 1,
    study: 'tiny',
    status: 'RUNNING',
    quick: true,
    params: { epochs: 3 },
    origins: { epochs: 'flag' },
    seed: 7,
    engine: 'cpu',
    command: ['reproduce', 'tiny'],
    started: '2026-01-31T12:00:00.000Z',
    packages: {},
    ...describeMachine(),
  });
  const recorder = new Recorder(folder);
  events.forEach((event) => recorder.event(event));
  await recorder.finish(study);
  read = (name) => readFileSync(join(folder.path, name), 'utf8');
  html = read('report.html');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the report', () => {
  it('is one file that needs no script and no network', () => {
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(/);
    expect(html.match(/(src|href)="[^"]*"/g)).toEqual(['href="https://arxiv.org/abs/2304.07288"']);
  });

  it('shows the claims beside the paper’s figures, and says which do not hold', () => {
    expect(html).toContain(
      '<td>✓ holds</td><td>it holds<br><small>on little data</small></td><td>0.25</td><td class="number">0.500 ± 0.020</td>',
    );
    expect(html).toContain('<td>✗ does not hold</td><td>it does not</td><td>best</td><td class="number">worst</td>');
  });

  it('marks the quick form, the single seed, and the best', () => {
    expect(html).toContain('these numbers are no result');
    expect(html).toContain('<title>tiny (quick: no result)</title>');
    expect(html).toContain('n = 1: one seed');
    expect(html).toContain('<strong>2 (n=1) ★</strong>');
  });

  it('draws its plots in the colours of the page, with a text and their numbers for those who do not see them', () => {
    expect(html).toContain('<svg role="img" aria-label="What &quot;it&quot; does."');
    expect(html).toContain('currentColor');
    expect(html).toContain('<td>a &amp; b</td>');
    expect(html).toContain('color-scheme: light dark');
  });

  it('says how it was run', () => {
    expect(html).toContain('seed 7, engine cpu');
    expect(html).toContain('<td>epochs</td><td>3</td><td>flag</td>');
  });

  it('lies beside the files it is made of', () => {
    expect(JSON.parse(read('claims.json'))).toHaveLength(2);
    expect(read('plots/course.csv')).toBe('x,y,loss\n0,1,a & b\n1,2,c\n');
    expect(read('plots/course.svg')).toMatch(/^<svg[^]*fill="white"/);
    expect(JSON.parse(read('plots/course.vl.json'))).toMatchObject({ mark: 'line' });
    expect(JSON.parse(read('run.json'))).toMatchObject({ status: 'FINISHED' });
  });
});
