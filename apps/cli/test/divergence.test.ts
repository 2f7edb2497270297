import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject, surprisal } from './project.js';
import { expectRefused } from './refused.js';

/** A plugin with a divergence of its own, one that takes two classes alone, and one that is broken. */
const THIRD_PARTY = `
import { definePlugin, DomainError } from '@surprisal/core';
import { max, abs, sub, exp } from '@surprisal/core/tensor';
import { defineDivergence } from '@surprisal/divergences';
import { z } from 'zod';
const define = (name, perRow) => defineDivergence({ name, summary: name, params: z.object({}), perRow });
export default definePlugin({ name: 'third-party', methods: [
  define('chebyshev', (logP, logQ) => max(abs(sub(exp(logP), exp(logQ))), 1)),
  define('of-two', (logP) => { throw new DomainError('of-two: p must be over 2 classes, got ' + logP.shape[1]); }),
  define('broken', () => { throw new TypeError('no such luck'); }),
] });
`;

let project: ReturnType<typeof makeProject>;
const run = (args: string, input?: string) =>
  surprisal(args.split(' '), { cwd: project.folder, ...(input !== undefined && { input }) });
const put = (name: string, text: string) => writeFileSync(join(project.folder, name), text);
const notes = (stderr: string) => stderr.replace(/^warning: plugin .*\n/gm, '');

beforeAll(() => {
  project = makeProject();
  const modules = join(project.folder, 'node_modules');
  const about = { name: 'third-party', version: '1.0.0', type: 'module', surprisal: { plugin: './plugin.js' } };
  mkdirSync(join(modules, 'third-party'));
  writeFileSync(join(modules, 'third-party/package.json'), JSON.stringify(about));
  writeFileSync(join(modules, 'third-party/plugin.js'), THIRD_PARTY);
  const packages = join(dirname(fileURLToPath(import.meta.url)), '../../../packages');
  symlinkSync(join(packages, 'divergences'), join(modules, '@surprisal/divergences'));
  const manifest = join(project.folder, 'package.json');
  const { dependencies, ...rest } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies: object };
  writeFileSync(manifest, JSON.stringify({ ...rest, dependencies: { ...dependencies, 'third-party': '1.0.0' } }));
  put('p.csv', '0.5,0.5,0\n');
  put('q.csv', '0.8,0.1,0.1\n');
});
afterAll(() => project.remove());

interface DivergenceJson {
  version: number;
  as: string;
  p: { file: string; shape: number[] };
  divergences: {
    method: string;
    params: object;
    value?: number | string;
    unit?: string;
    values?: number[];
    problem?: string;
  }[];
}
const json = async (args: string, input?: string) => {
  const { code, stdout } = await run(`${args} --json`, input);
  return { code, ...(JSON.parse(stdout) as DivergenceJson) };
};

describe('surprisal divergence', () => {
  it('shows the usual ones, with the unit, and says that there are more', async () => {
    const { code, stdout, stderr } = await run('divergence p.csv q.csv');
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'from p.csv to q.csv, probabilities',
      'divergence                   value',
      '------------------------  --------  ----',
      expect.stringMatching(/^kullback-leibler +0\.56972 {2,}nats$/),
      expect.stringMatching(/^reverse-kullback-leibler +infinite {2,}nats$/),
      expect.stringMatching(/^jensen-shannon +0\.\d+ {2,}nats$/),
      expect.stringMatching(/^squared-hellinger +0\.\d+$/),
      expect.stringMatching(/^total-variation +0\.40000$/),
      '',
    ]);
    expect(notes(stderr)).toMatch(/^the usual ones; --all takes all \d+ of the kind divergence\n$/);
  });

  it('asks all that are registered, those of other plugins too; one that refuses is a row with its reason', async () => {
    const { code, divergences } = await json('divergence p.csv q.csv --all');
    expect(code).toBe(0);
    const of = (name: string) => divergences.find(({ method }) => method === name);
    expect(of('chebyshev')).toEqual({
      method: 'chebyshev',
      params: {},
      value: expect.closeTo(0.4, 6) as number,
      unit: 'number',
    });
    expect(of('of-two')).toEqual({ method: 'of-two', params: {}, problem: 'p must be over 2 classes, got 3' });
    expect(of('broken')!.problem).toMatch(/^unexpected: no such luck/);
    expect(of('reverse-kullback-leibler')!.value).toBe('Infinity');
    expect(of('bregman')!.value).toBeCloseTo(0.26, 6);
    expect(divergences.length).toBeGreaterThanOrEqual(17);
    const { stdout } = await run('divergence p.csv q.csv of-two chebyshev');
    expect(stdout).toMatch(/^of-two +none +p must be over 2 classes, got 3$/m);
    expect((await run('divergence p.csv q.csv of-two broken')).code).toBe(1);
  });

  it('takes parameters after a colon, and gives bits for nats', async () => {
    const { as, p, divergences } = await json(
      'divergence - q.csv renyi:alpha=2 total-variation --bits',
      '[0.5, 0.5, 0]',
    );
    expect([as, p]).toEqual(['probabilities', { file: 'stdin', shape: [3] }]);
    const renyi = Math.log2(0.25 / 0.8 + 0.25 / 0.1); // log of sum p^2 / q
    expect(divergences).toEqual([
      { method: 'renyi', params: { alpha: 2 }, value: expect.closeTo(renyi, 5) as number, unit: 'bits' },
      { method: 'total-variation', params: {}, value: expect.closeTo(0.4, 6) as number, unit: 'number' },
    ]);
  });

  it('shows the mean, least and most of many rows; JSON has them all', async () => {
    put('many-p.csv', '0.5,0.5\n1,0\n');
    put('many-q.csv', '0.5,0.5\n0.5,0.5\n');
    const call = 'divergence many-p.csv many-q.csv kullback-leibler';
    expect((await run(call)).stdout).toMatch(/^kullback-leibler +0\.34657 +0 +0\.69315 {2}nats$/m);
    const { divergences } = await json(call);
    expect(divergences[0]!.values).toEqual([0, expect.closeTo(Math.LN2, 6)]);
    expect(divergences[0]!.value).toBeCloseTo(Math.LN2 / 2, 6);
  });

  it('is of samples and of Gaussians where it is told so', async () => {
    put('x.csv', 'u,v\n0,0\n1,0\n');
    put('y.csv', 'u,v\n3,4\n4,4\n');
    const samples = await json('divergence x.csv y.csv wasserstein energy --samples');
    expect(samples.divergences.map(({ value, unit }) => [value, unit])).toEqual([
      [5, 'data'],
      [expect.closeTo(9.064, 3), 'data'],
    ]);
    put('g.json', '{"mean": [0, 0], "covariance": [[1, 0.5], [0.5, 1]]}');
    put('h.csv', '1,1\n1,0.5\n0.5,1\n');
    const gaussians = await json('divergence g.json h.csv --gaussian --all');
    const kl = gaussians.divergences.find(({ method }) => method === 'kullback-leibler')!;
    expect(kl.value).toBeCloseTo(1 / 1.5, 9); // half of (1, 1) C^-1 (1, 1)'
    expect(gaussians.divergences.every(({ problem }) => problem === undefined)).toBe(true);
  });

  it.each([
    ['p.csv nowhere.csv', 'nowhere.csv: cannot be read (ENOENT); there is no such file'],
    ['p.csv q.csv kulback-leibler', 'unknown divergence "kulback-leibler": did you mean "kullback-leibler"?'],
    ['p.csv q.csv renyi:alpha=-1', 'renyi: alpha must be greater than 0, got -1'],
  ])('refuses %s', async (args, message) => {
    expectRefused(await run(`divergence ${args}`), message);
  });
});
