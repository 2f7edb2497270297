import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type DescribedPlugin, describePlugin } from './description.js';
import { describePlugins, discoverPlugins, findPlugins } from './discovery.js';
import { DomainError, UnknownNameError } from './errors.js';
import { type AnyMethod, defineMethod, parseParams } from './method.js';
import { cite, paper, papers } from './papers.js';
import { describeParams, parseText, rangeOf } from './parameters.js';
import { CONTRACT_VERSION, definePlugin } from './plugin.js';
import { createRegistry } from './registry.js';
import { claim, defineStudy, estimate } from './study.js';

declare module './kinds.js' {
  interface Kinds {
    scale: (x: number) => number;
  }
}

const times = defineMethod(
  {
    kind: 'scale',
    name: 'times',
    summary: 'Multiplies.',
    paper: paper(1),
    params: z.object({
      by: z.number().gt(0).max(10).default(2).meta({ step: 0.5 }).describe('the factor'),
      mode: z.enum(['up', 'down']).default('up'),
      list: z.array(z.number()).default([1]),
      whole: z.number().int().min(1).default(3),
    }),
  },
  ({ by, mode }) => Object.assign((x: number) => (mode === 'up' ? x * by : x / by), { by }),
);

describe('a method', () => {
  it('has defaults, metadata, and the type of what it makes', () => {
    expect(times()(3)).toBe(6);
    expect(times({ by: 4, mode: 'down' })(8)).toBe(2);
    expect(times({ by: 5 }).by).toBe(5); // more than the kind promises
    expect(times.info).toMatchObject({ kind: 'scale', name: 'times', paper: { number: 1 } });
  });

  it.each([
    [{ by: 0 }, 'times: by must be greater than 0, got 0'],
    [{ by: 11 }, 'times: by must be at most 10, got 11'],
    [{ by: 'x' }, 'times: by must be a number, got "x"'],
    [{ by: null }, 'times: by must be a number, got null'],
    [{ mode: 'sideways' }, 'times: mode must be one of "up", "down", got "sideways"'],
    [{ whole: 1.5 }, 'times: whole must be a whole number, got 1.5'],
    [{ list: [1, 'a'] }, 'times: list.1 must be a number, got "a"'],
    [{ bye: 1 }, 'times: unknown parameter "bye": did you mean "by"?'],
    [{ zzzzzzzz: 1 }, 'times: unknown parameter "zzzzzzzz": expected one of by, mode, list, whole'],
  ])('refuses %j', (params, message) => {
    expect(() => (times as AnyMethod)(params)).toThrow(new DomainError(message));
  });

  it('parses parameters for others as well', () => {
    expect(parseParams('me', times.info.params, { by: 3 })).toEqual({ by: 3, mode: 'up', list: [1], whole: 3 });
  });
});

describe('parameters', () => {
  const [by, mode, list, whole] = describeParams(times.info.params);

  it('are described from their schema', () => {
    expect(by).toEqual({
      name: 'by',
      type: 'number',
      description: 'the factor',
      default: 2,
      minimum: 0,
      above: true,
      maximum: 10,
      step: 0.5,
    });
    expect(mode).toMatchObject({ type: 'choice', choices: ['up', 'down'] });
    expect(list).toMatchObject({ type: 'numbers', default: [1] });
    expect([by!, mode!, list!, whole!].map(rangeOf)).toEqual(['> 0, <= 10', 'up | down', '', '>= 1']);
  });

  it('are read from text, and left as text when they do not fit', () => {
    expect(parseText(by!, '2.5')).toBe(2.5);
    expect(parseText(by!, 'much')).toBe('much');
    expect(parseText(list!, '1,2.5')).toEqual([1, 2.5]);
    expect(parseText(list!, '[1,x]')).toEqual([1, 'x']);
    expect(parseText({ type: 'boolean' }, 'true')).toBe(true);
    expect(parseText({ type: 'boolean' }, 'yes')).toBe('yes');
  });
});

const study = defineStudy({
  name: 'fair',
  summary: 'Is it fair?',
  params: z.object({}),
  async *run() {
    yield claim({ says: 'it is', paper: 1, measured: 1, holds: true });
  },
});

describe('a registry', () => {
  const first = definePlugin({
    name: 'first',
    kinds: [{ name: 'scale', summary: 'A number to a number.' }],
    methods: [times],
    studies: [study],
  });
  const again = definePlugin({
    name: 'again',
    methods: [defineMethod({ ...times.info, summary: 'Another.' }, () => (x) => x)],
  });
  const registry = createRegistry([first, again]);

  it('finds methods and studies by name', () => {
    expect(registry.method('times')).toBe(times);
    expect(registry.method('scale/times')).toBe(times);
    expect(registry.method('times', 'scale')).toBe(times);
    expect(registry.study('fair')).toBe(study);
    expect(registry.methods('scale')).toEqual([times]);
    expect(registry.kinds).toEqual([{ name: 'scale', summary: 'A number to a number.' }]);
  });

  it('is made of descriptions too, which are data', () => {
    const [described] = JSON.parse(JSON.stringify([describePlugin(first)])) as [DescribedPlugin];
    const { kinds, method, study: found } = createRegistry([described]);
    expect(kinds).toEqual(registry.kinds);
    expect(method('times').info).toEqual({ ...times.info, params: describeParams(times.info.params) });
    expect(describeParams(method('times').info.params)).toBe(method('times').info.params);
    expect(found('fair')).toEqual({ name: 'fair', summary: 'Is it fair?', params: [] });
    expect(() => method('tims')).toThrow('did you mean "times"?');
  });

  it('keeps the first of two methods with one name, and knows where each is from', () => {
    expect(registry.methods()).toHaveLength(1);
    expect(registry.pluginOf(times).name).toBe('first');
  });

  it('has the usual methods of a kind, or all', () => {
    expect(registry.usualMethods('scale')).toEqual([times]);
    const another = defineMethod({ ...times.info, name: 'another' }, () => (x) => x);
    const kinds = (usual: string[]) => [{ name: 'scale', summary: '', usual }];
    const plugin = (usual: string[]) => definePlugin({ name: 'usual', kinds: kinds(usual), methods: [times, another] });
    expect(createRegistry([plugin(['another'])]).usualMethods('scale')).toEqual([another]);
    expect(() => plugin(['anoter'])).toThrow(
      'usual: usual methods of the kind scale must be among its methods, got "anoter"',
    );
  });

  it('suggests what may be meant', () => {
    expect(() => registry.method('tims')).toThrow(
      new UnknownNameError('unknown method "tims": did you mean "times"?', 'times'),
    );
    expect(() => registry.methods('scala')).toThrow('unknown kind "scala": did you mean "scale"?');
    expect(() => registry.study('nothing like it')).toThrow('unknown study "nothing like it": expected one of fair');
  });
});

describe('discovery', () => {
  let folder: string;
  const write = (path: string, content: string | object) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const declare = (name: string, code: string) => {
    write(`node_modules/${name}/package.json`, {
      name,
      version: '1.0.0',
      type: 'module',
      exports: './other.js',
      surprisal: { plugin: './plugin.js' },
    });
    write(`node_modules/${name}/plugin.js`, code);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'discovery-'));
    write('package.json', {
      name: 'project',
      dependencies: { good: '1', plain: '1', absent: '1' },
      devDependencies: { throws: '1', '@a/future': '1', empty: '1' },
    });
    write('deep/down/file.txt', '');
    write('node_modules/plain/package.json', { name: 'plain' });
    declare(
      'good',
      `export default { name: 'good', contract: ${CONTRACT_VERSION}, kinds: [], methods: [], studies: [] };`,
    );
    declare('throws', `throw new Error('out of order\\nsecond line');`);
    declare(
      '@a/future',
      `export default { name: '@a/future', contract: ${CONTRACT_VERSION + 1}, kinds: [], methods: [], studies: [] };`,
    );
    declare('empty', 'export const nothing = 1;');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds the plugins among the dependencies of the nearest package.json', () => {
    expect(findPlugins(join(folder, 'deep/down')).map((entry) => entry.package)).toEqual([
      '@a/future',
      'empty',
      'good',
      'throws',
    ]);
  });

  it('loads the good ones, and says in a line why it skipped the others', async () => {
    const found = Object.fromEntries(
      (await discoverPlugins(folder, join(folder, 'deep'))).map((entry) => [entry.package, entry]),
    );
    expect(Object.keys(found)).toHaveLength(4);
    expect(found.good).toMatchObject({ plugin: { name: 'good' }, version: '1.0.0' });
    expect(found.throws!.problem).toBe('failed to load: out of order');
    expect(found['@a/future']!.problem).toBe(
      `it speaks version ${CONTRACT_VERSION + 1} of the plugin contract, this is version ${CONTRACT_VERSION}: install a release that matches`,
    );
    expect(found.empty!.problem).toBe('its plugin module has no default export made by definePlugin');
  });

  it('describes a plugin from the file beside it, without loading it, when the file is of its version', async () => {
    const described = { name: 'throws', contract: CONTRACT_VERSION, kinds: [], methods: [], studies: [] };
    const entryOf = async () => (await describePlugins(folder)).find((entry) => entry.package === 'throws')!;
    write('node_modules/throws/plugin.json', { version: '1.0.0', ...described });
    expect(await entryOf()).toMatchObject({ description: described });
    for (const other of [{ version: '0.9.0' }, { contract: CONTRACT_VERSION + 1 }, 'no JSON']) {
      write(
        'node_modules/throws/plugin.json',
        typeof other === 'string' ? other : { version: '1.0.0', ...described, ...other },
      );
      expect((await entryOf()).problem).toBe('failed to load: out of order');
    }
    const good = (await describePlugins(folder)).find((entry) => entry.package === 'good')!;
    expect(good.description).toEqual({ ...described, name: 'good' });
  });
});

describe('the papers', () => {
  it('are 60, numbered in order, each with its arXiv number and a package', () => {
    expect(papers.map(({ number }) => number)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    for (const { arxiv, packages, title, authors, year, slug } of papers) {
      expect(arxiv).toMatch(/^\d{4}\.\d{5}$/);
      expect(packages.length).toBeGreaterThan(0);
      expect(packages.every((name) => /^@surprisal\/[a-z-]+$/.test(name))).toBe(true);
      expect([title, authors, slug].every((text) => text.length >= 2)).toBe(true);
      expect(year).toBeGreaterThan(2015);
    }
    expect(new Set(papers.map(({ slug }) => slug)).size).toBe(60);
  });

  it('are found by number and cited in a line', () => {
    expect(cite(paper(29))).toBe('Basu et al. 2021, arXiv:2007.14966');
    expect(cite(paper(1))).toBe('Mao, Mohri, Zhong 2023, arXiv:2304.07288');
    expect(() => paper(61)).toThrow(new DomainError('paper: number must be 1 to 60, got 61'));
  });
});

describe('an estimate', () => {
  it('has a standard error from two values on', () => {
    expect(estimate([3])).toEqual({ mean: 3, n: 1 });
    expect(estimate([1, 3])).toEqual({ mean: 2, standardError: 1, n: 2 });
  });
});
