import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '@surprisal/core';
import {
  type ScalingLaw,
  chinchilla,
  constant,
  cosine,
  predictCurve,
  warmupStableDecay,
} from '@surprisal/scaling-laws';
import scalingLaws from '@surprisal/scaling-laws/plugin';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SurprisalOptions, lastLine, makeProject, surprisal, surprisalProcess } from './project.js';
import { expectRefused } from './refused.js';

let project: ReturnType<typeof makeProject>;
const file = (name: string, text: string) => writeFileSync(join(project.folder, name), text);
const run = (args: string | readonly string[], options: Partial<SurprisalOptions> = {}) =>
  surprisal(['fit', ...(typeof args === 'string' ? args.split(' ').filter(Boolean) : args)], {
    cwd: project.folder,
    ...options,
  });

/** Runs that follow a law exactly, but for a bit of a wave. */
function runsOf(constants: Parameters<ReturnType<typeof chinchilla>['predict']>[0], wave = 0): string {
  const law = chinchilla();
  const rows = [1e8, 3e8, 1e9, 3e9, 1e10].flatMap((N) =>
    [2e9, 8e9, 3e10, 1e11].map((D, i) => {
      const loss = law.predict(constants, { N, D }) * (1 + wave * Math.sin(7 * i + Math.log(N)));
      return `${N},${D},${loss}`;
    }),
  );
  return `${['params,tokens,val_loss', ...rows].join('\n')}\n`;
}
const truth = { E: 1.7, A: 400, B: 1500, alpha: 0.34, beta: 0.36 };

beforeAll(() => {
  project = makeProject();
  file('runs.csv', runsOf(truth, 0.002));
  file('exact.csv', runsOf(truth));
});
afterAll(() => project.remove());

interface FitJson {
  version: number;
  constants: { name: string; value: number; identified: boolean; interval?: [number, number] }[];
  predictions: { inputs: Record<string, number>; value: number; interval?: [number, number] }[];
  budgets: { budget: number; N: number; D: number; tokensPerParameter: number; intervals?: { N: [number, number] } }[];
  interval?: { method: string };
  heldOut?: { relativeError: number; baselines: { logLinear: number } };
  identifiable: boolean;
  n: number;
  rmse: number;
  columns: Record<string, string>;
  warnings: string[];
}
const json = async (args: string | readonly string[]) => {
  const { code, stdout } = await run([...(typeof args === 'string' ? args.split(' ') : args), '--json']);
  return { code, ...(JSON.parse(stdout) as FitJson) };
};

describe('surprisal fit', () => {
  it('finds the constants that made the runs, and predicts with them', async () => {
    const found = await json([
      'exact.csv',
      '--law',
      'chinchilla',
      '--bootstrap',
      '0',
      '--predict',
      'N=70B,D=1.4T',
      '--budget',
      '1e24',
    ]);
    expect(found).toMatchObject({
      code: 0,
      version: 1,
      n: 20,
      identifiable: true,
      columns: { N: 'params', D: 'tokens', loss: 'val_loss' },
    });
    for (const { name, value } of found.constants) expect(value).toBeCloseTo(truth[name as keyof typeof truth], 1);
    const law = chinchilla();
    expect(found.predictions[0]!.value).toBeCloseTo(law.predict(truth, { N: 70e9, D: 1.4e12 }), 3);
    const [advice] = found.budgets;
    expect((6 * advice!.N * advice!.D) / 1e24).toBeCloseTo(1, 6);
    expect(advice!.tokensPerParameter).toBeCloseTo(advice!.D / advice!.N, 6);
  });

  it('says all of it to people, on stdout, with units', async () => {
    const { code, stdout, stderr } = await run('runs.csv --law chinchilla --predict N=70B,D=1.4T --budget 1e24');
    expect(code).toBe(0);
    expect(stderr.replace(/^warning: plugin .*\n/gm, '')).toBe('');
    expect(stdout).toMatch(/^chinchilla {2}L = E \+ A N/);
    expect(stdout).toMatch(/^alpha +0\.3\d+ +0\.3\d+ \.\. 0\.3\d+ +exponent/m);
    expect(stdout).toMatch(/^objective .* rmse .* nats\/token .* n 20$/m);
    expect(stdout).toMatch(/^70\.0B +1\.40T +[\d.]+ +[\d.]+ \.\. [\d.]+$/m);
    expect(stdout).toContain('tokens/parameter');
    expect(stdout).toContain('residuals: measured against predicted');
    // eslint-disable-next-line no-control-regex -- escapes are what is looked for
    expect(stdout).not.toMatch(/\r|\u001b/);
  });

  it('reproduces the re-analysis of Chinchilla from the table that is built in', async () => {
    const found = await json('chinchilla-epoch --law chinchilla --drop-top 5');
    const { E, alpha, beta } = Object.fromEntries(found.constants.map(({ name, value }) => [name, value]));
    expect([found.n, E!.toFixed(3), alpha!.toFixed(3), beta!.toFixed(3)]).toEqual([240, '1.817', '0.347', '0.367']);
  });

  it('gives intervals by default, the same for the same seed, and those of predictions and budgets with them', async () => {
    const args = 'runs.csv --law chinchilla --predict N=70B,D=1.4T --budget 1e24 --bootstrap 50';
    const [first, again, other] = await Promise.all([json(args), json(args), json(`${args} --seed 2`)]);
    expect(first.interval).toEqual({ method: 'bootstrap', coverage: 0.95, resamples: 50, seed: 1, of: 'runs' });
    expect(again).toEqual(first);
    expect(other.constants).not.toEqual(first.constants);
    for (const { name, value, interval } of first.constants) {
      expect(interval![0], name).toBeLessThanOrEqual(value);
      expect(interval![1], name).toBeGreaterThanOrEqual(value);
    }
    expect(first.predictions[0]!.interval![0]).toBeLessThan(first.predictions[0]!.interval![1]);
    expect(first.budgets[0]!.intervals!.N[0]).toBeLessThan(first.budgets[0]!.N);
  });

  it('gives intervals from the objective, and narrower ones for less coverage', async () => {
    const args = 'runs.csv --law chinchilla --set starts=auto --profile';
    const [wide, narrow] = await Promise.all([json(args), json(`${args} --interval 0.5`)]);
    expect(wide.interval).toEqual({ method: 'profile', coverage: 0.95 });
    const width = ({ constants }: FitJson, i: number) => constants[i]!.interval![1] - constants[i]!.interval![0];
    wide.constants.forEach((_, i) => expect(width(narrow, i)).toBeLessThan(width(wide, i)));
  });

  it('scores the law on the largest runs, fitted without them', async () => {
    const { heldOut } = await json('exact.csv --law chinchilla --hold-out 0.2 --bootstrap 0');
    expect(heldOut).toMatchObject({ rows: 4, by: 'D', share: 0.2 });
    expect(heldOut!.relativeError).toBeLessThan(1e-3);
    expect(heldOut!.relativeError).toBeLessThan(heldOut!.baselines.logLinear);
  });

  it('says which laws fit the columns of a table', async () => {
    const { code, stdout, stderr } = await run('runs.csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^chinchilla +L = .* +N = params \(parameters\), D = tokens \(tokens\), loss = val_loss \(nats\/token\)$/m,
    );
    expect(stderr).toContain('surprisal fit runs.csv --law ');
  });

  it('reads a table from stdin, and other columns by name, under parameters of the law', async () => {
    const input = readFileSync(join(project.folder, 'runs.csv'), 'utf8').replace('params,tokens', 'size of it,seen');
    const args = ['-', '--law', 'chinchilla', '--columns', 'N=size of it,D=seen', '--set', 'loss=sq-log', '--json'];
    const { code, stdout } = await surprisalProcess(['fit', ...args], { cwd: project.folder, input });
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { columns: { N: 'size of it', D: 'seen' }, table: { name: 'stdin' } },
    ]);
  });

  describe('reads', () => {
    const rows = runsOf(truth)
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    const [names, ...cells] = rows as [string[], ...string[][]];
    const values = cells.map((row) => row.map(Number));
    const objects = values.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]!])));
    const columns = names.map((name, i) => ({ name, data: values.map((row) => row[i]!), type: 'DOUBLE' as const }));

    it.each<[string, string | Uint8Array]>([
      ['same.tsv', rows.map((row) => row.join('\t')).join('\n')],
      ['same.json', JSON.stringify(objects)],
      ['same.jsonl', objects.map((row) => JSON.stringify(row)).join('\n')],
      ['same.parquet', new Uint8Array(parquetWriteBuffer({ columnData: columns }))],
      ['-', new Uint8Array(parquetWriteBuffer({ columnData: columns }))],
    ])('%s as CSV', async (name, content) => {
      if (name !== '-') writeFileSync(join(project.folder, name), content);
      const flags = '--law chinchilla --set starts=auto --bootstrap 0';
      const { stdout } = await run(`${name} ${flags} --json`, { input: content });
      expect((JSON.parse(stdout) as FitJson).constants).toEqual((await json(`exact.csv ${flags}`)).constants);
    });
  });

  /** Ranges of inputs in powers of ten. */
  const ranges: Record<string, readonly [number, number]> = {
    N: [5, 7],
    D: [9, 12],
    U: [9, 11],
    S1: [-0.5, 1],
    S2: [-2, -0.8],
  };
  /** Constants of laws that no paper has published any for. */
  const examples: Record<string, Record<string, number>> = {
    'broken-power-law': { a: 0.5, b: 20, c0: 0.2, c1: 0.3, d1: 2000, f1: 0.4 },
    'log-linear': { b: 10, c: 0.1 },
    'lr-annealing-size': { L0: 1.5, A: 0.5, alpha: 0.5, B: 400, beta: 0.34, C: 0.02, gamma: 0.15 },
  };
  const laws = scalingLaws.methods
    .filter(({ info }) => info.kind === 'scaling-law' && info.name !== 'lr-annealing')
    .map((method) => [method.info.name, method() as ScalingLaw] as const);

  it.each(laws)('fits runs that follow %s', async (name, law) => {
    const random = new Random(1);
    const inputs = Object.fromEntries(
      law.inputs.map(({ name: input }) => {
        const [low, high] = ranges[input] ?? [2, 6];
        return [input, Array.from({ length: 60 }, () => 10 ** random.uniform(low, high))];
      }),
    );
    const loss = law.predict(Object.values(law.published)[0] ?? examples[name]!, inputs);
    file(`${name}.json`, JSON.stringify({ ...inputs, [law.output.name]: Array.from(loss) }));
    // what excess of parameters is worth, cannot be told from runs without any
    const fix = name === 'data-constrained' ? ` --fix RN=${law.published.muennighoff!.RN!}` : '';
    const found = await json(`${name}.json --law ${name} --set starts=auto --bootstrap 0${fix}`);
    expect(found).toMatchObject({ code: 0, n: 60, identifiable: true });
    expect(found.rmse).toBeLessThan(1e-3 * Math.max(...loss));
  });

  it('says which laws are of curves, and how they are given', async () => {
    const { code, stdout, stderr } = await run('lr-schedule-loss-curves');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^lr-annealing .* step \(steps\), loss \(nats\/token\)$/m);
    expect(stderr).toContain("--law lr-annealing --schedule 'CURVE=cosine:total=STEPS,peak=RATE'");
  });

  it('predicts from parameters and compute where tokens are derived from these', async () => {
    const flags = 'runs.csv --law chinchilla --set starts=auto --bootstrap 0';
    const [byTokens, byCompute] = await Promise.all([
      json(`${flags} --predict N=1B,D=20B`),
      json(`${flags} --predict N=1B,C=1.2e20`),
    ]);
    expect(byCompute.predictions).toEqual(byTokens.predictions);
  });

  it('writes the residuals as a picture', async () => {
    const { code, stderr } = await run('runs.csv --law chinchilla --plot residuals.svg');
    expect([code, lastLine(stderr)]).toEqual([0, 'picture: residuals.svg']);
    expect(readFileSync(join(project.folder, 'residuals.svg'), 'utf8')).toMatch(/^<svg/);
  });

  it('does not pretend where the runs do not tell: exit code 1, no prediction', async () => {
    const rows = [1e9, 2e9, 4e9, 8e9, 1e10, 2e10].map((D) => `1e9,${D},${1.9 + 1500 * D ** -0.36}`);
    file('one-size.csv', `N,D,loss\n${rows.join('\n')}\n`);
    const args = 'one-size.csv --law chinchilla --predict N=1e10,D=1e11';
    const { code, stdout } = await run(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^not identifiable: these runs do not tell .*A/m);
    expect(stdout).toMatch(/^A +not told/m);
    expect(await json(args)).toMatchObject({ code: 1, identifiable: false, predictions: [] });
  });

  it('says that rows stand there twice, and fits all the same', async () => {
    const text = readFileSync(join(project.folder, 'runs.csv'), 'utf8');
    file('twice.csv', `${text}${text.split('\n')[1]}\n`);
    const { code, stdout } = await run('twice.csv --law chinchilla');
    expect(code).toBe(0);
    expect(stdout).toContain('rows that repeat another one in these columns: 1; each counts as a run of its own');
  });

  it('is ASCII when asked, and has colours only when asked', async () => {
    const { stdout } = await run('runs.csv --law chinchilla --ascii');
    // eslint-disable-next-line no-control-regex -- the range is the point
    expect(stdout).toMatch(/^[\x00-\x7f]*$/);
    expect((await run('runs.csv --law chinchilla --color')).stdout).toContain('\u001b[1m');
  });
});

describe('surprisal fit --law lr-annealing', () => {
  const span = { total: 1000, peak: 0.01, min: 0.001, warmup: 100 };
  const constants = { L0: 2, A: 1, C: 0.1, alpha: 0.5 };
  const steps = Array.from({ length: 19 }, (_, i) => 100 + 50 * i);
  const curve = (rates: Float64Array) => predictCurve(constants, rates, { steps, warmupSteps: 100 }).loss;
  const lossOf = {
    cosine: curve(cosine()(span)),
    constant: curve(constant()(span)),
    wsd: curve(warmupStableDecay()(span)),
  };
  const flags = '--law lr-annealing --total 1000 --peak 0.01 --min 0.001 --warmup 100';
  beforeAll(() => {
    const table = (loss: Float64Array) => `step,loss\n${steps.map((step, i) => `${step},${loss[i]}`).join('\n')}\n`;
    for (const [name, loss] of Object.entries(lossOf)) file(`${name}.csv`, table(loss));
    const rows = Object.entries(lossOf).flatMap(([name, loss]) => steps.map((step, i) => `${name},${step},${loss[i]}`));
    file('curves.csv', `curve,step,loss\n${rows.join('\n')}\n`);
  });

  interface CurvesJson {
    constants: { name: string; value: number }[];
    curves: {
      schedules: { name: string; fitted: boolean; points: number; meanRelativeError?: number; finalLoss: number }[];
    };
  }
  const curves = async (args: string) => {
    const { code, stdout } = await run(`${args} ${flags} --bootstrap 20 --json`);
    return { code, ...(JSON.parse(stdout) as CurvesJson) };
  };

  it.each([
    ['a file for each, their schedules in order', 'cosine.csv constant.csv --schedule cosine --schedule constant'],
    ['a table that names them', 'curves.csv --schedule cosine=cosine --schedule constant=constant'],
    ['curves named as their schedules', 'curves.csv'],
  ])('finds the constants that made the curves: %s', async (_, args) => {
    const found = await curves(args);
    expect(found.code).toBe(0);
    for (const { name, value } of found.constants)
      expect(value).toBeCloseTo(constants[name as keyof typeof constants], 2);
  });

  it('predicts other schedules, and compares them with what was measured', async () => {
    const given =
      '--schedule cosine=cosine --schedule constant=constant --predict-schedule wsd=wsd --predict-schedule wsd:decay=0.5';
    const { curves: found } = await curves(`curves.csv ${given}`);
    expect(found.schedules.map(({ name, fitted, points }) => [name, fitted, points])).toEqual([
      ['cosine', true, 19],
      ['constant', true, 19],
      ['wsd', false, 19],
      ['wsd:decay=0.5', false, 0],
    ]);
    expect(found.schedules[2]!.meanRelativeError).toBeLessThan(1e-4);
    expect(found.schedules[2]!.finalLoss).toBeCloseTo(lossOf.wsd.at(-1)!, 3);
    const { stdout } = await run(`curves.csv ${given} ${flags} --bootstrap 20`);
    expect(stdout).toMatch(/^wsd +predicted +19 +0\.00% +[\d.]+ +[\d.]+ \.\. [\d.]+$/m);
    expect(stdout).toContain('● cosine   ▲ constant   ■ wsd, predicted');
  });

  it.each<[string, string | RegExp]>([
    [`constant.csv --schedule constant ${flags}`, /^fitAnnealing: C cannot be told from constant rates alone/],
    [
      `cosine.csv --schedule cosine --law lr-annealing --peak 0.01`,
      'schedule cosine: --total must say its last step, such as 24000',
    ],
    [
      `cosine.csv --schedule cosine --law lr-annealing --total 1000`,
      'schedule cosine: --peak must say its highest rate, such as 3e-4',
    ],
    [
      `cosine.csv constant.csv --schedule cosine ${flags}`,
      /^fit: each curve needs its schedule: .* curves are cosine\.csv, constant\.csv$/,
    ],
    [`curves.csv --schedule cosin=cosine ${flags}`, 'fit: no curve is named "cosin": did you mean "cosine"?'],
    [`cosine.csv --schedule cosin ${flags}`, 'unknown schedule "cosin": did you mean "cosine"?'],
    [
      `cosine.csv --schedule cosine ${flags} --warmup-as none`,
      '--warmup-as must be one of peak, raw, skip, got "none"',
    ],
    [`cosine.csv --schedule cosine ${flags} --budget 1e24`, /^fit: --drop-top and --budget are not for loss curves/],
    [`cosine.csv --schedule wsd:decay=2 ${flags}`, 'wsd: decay must be at most 1, got 2'],
  ])('refuses %s', async (args, message) => {
    expectRefused(await run(args), message);
  });
});

describe('mistakes: one line on stderr, exit code 2', () => {
  it.each<[string, string | RegExp]>([
    [
      'nowhere.csv --law chinchilla',
      'nowhere.csv: no such file; give a table of runs, or the name of one that is built in',
    ],
    ['chinchila-epoch --law chinchilla', 'unknown data set "chinchila-epoch": did you mean "chinchilla-epoch"?'],
    ['moby-dick --law chinchilla', /^moby-dick: is no table of runs; /],
    ['. --law chinchilla', '.: cannot be read (EISDIR); it is a folder, name a file'],
    ['runs.csv --law chinchila', 'unknown scaling-law "chinchila": did you mean "chinchilla"?'],
    ['runs.csv --law chinchilla:loss=cubic', /^chinchilla: loss must be one of /],
    ['runs.csv --law chinchilla --set los=sq-log', /^chinchilla: unknown parameter "los"/],
    ['runs.csv --law chinchilla --predict 70B', '--predict must be NAME=NUMBER,... such as N=7e10,D=1.4e12, got "70B"'],
    ['runs.csv --law chinchilla --predict N=many,D=1', '--predict N must be a number such as 7e10 or 70B, got "many"'],
    ['runs.csv --law chinchilla --predict N=1e9', '--predict: chinchilla needs D (tokens), or C and N instead'],
    ['runs.csv --law chinchilla --predict N=1e9,X=2', '--predict: chinchilla has no input X; it has N, D, C'],
    [
      'runs.csv --law chinchilla --columns params',
      '--columns must be NAME=COLUMN,... such as N=params,loss=val_loss, got "params"',
    ],
    [
      'runs.csv --law chinchilla --columns N=parms',
      'chinchilla: the runs have no column "parms": did you mean "params"?',
    ],
    [
      'runs.csv --law chinchilla --budget -3',
      '--budget must be a number of FLOP greater than 0, such as 1e24, got "-3"',
    ],
    ['runs.csv --law chinchilla --interval 95', '--interval must be between 0 and 1, got "95"'],
    ['runs.csv --law chinchilla --bootstrap 1.5', '--bootstrap must be a whole number of at least 0, got "1.5"'],
    [
      'runs.csv --law chinchilla --bootstrap 100 --profile',
      '--bootstrap and --profile are two ways to intervals; give one',
    ],
    ['runs.csv --law kaplan-size --budget 1e24', /^--budget needs a law of N and D with the constants /],
    ['runs.csv exact.csv --law chinchilla', 'fit: chinchilla takes one table, got 2'],
    ['runs.csv --lwa chinchilla', `unknown option '--lwa' (did you mean --law?)`],
    ['empty.csv --law chinchilla', 'empty.csv: the file is empty; expected a table with named columns'],
    ['short.csv --law chinchilla', /^chinchilla: 3 runs cannot tell 5 parameters \(.*\); give at least 5$/],
    [
      'text.csv --law chinchilla',
      'text.csv: row 2, column loss must be a number, got "2.9 nats"; write 2.9, without a unit',
    ],
    ['negative.csv --law chinchilla', 'chinchilla: column "loss" must be numbers greater than 0, got -2.9 in row 2'],
    ['missing.csv --law chinchilla', /^chinchilla: the runs need a column "D" \(tokens\) or what it is derived from/],
    ['names.csv', /^names\.csv: no law fits the columns a, b; laws read /],
  ])('%s', async (args, message) => {
    file('empty.csv', '');
    file('short.csv', 'N,D,loss\n1e9,2e10,3\n2e9,2e10,2.9\n3e9,2e10,2.8\n');
    file('text.csv', 'N,D,loss\n1e9,2e10,3\n2e9,2e10,2.9 nats\n3e9,2e10,2.8\n');
    file('negative.csv', 'N,D,loss\n1e9,2e10,3\n2e9,2e10,-2.9\n3e9,2e10,2.8\n4e9,2e10,2.8\n5e9,2e10,2.8\n');
    file('missing.csv', 'N,loss\n1e9,3\n');
    file('names.csv', 'a,b\n1,2\n');
    expectRefused(await run(args), message);
  });

  it('is one JSON object on stdout with --json', async () => {
    const { code, stdout } = await run('nowhere.csv --law chinchilla --json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, error: { name: 'DataError' } });
  });
});
