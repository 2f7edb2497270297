import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc32c, readEvents } from './event-file.js';
import { type Instead, type MlflowServer, startMlflow } from './mlflow-server.js';
import { type Ended, makeProject, surprisal } from './project.js';

let project: ReturnType<typeof makeProject>;
const run = (...args: string[]) => surprisal(args, { cwd: project.folder });
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)!;
/** The folder of the only run below a folder of runs. */
const folderOf = (runs: string) => {
  const [day] = readdirSync(join(project.folder, runs));
  return join(project.folder, runs, day!, readdirSync(join(project.folder, runs, day!))[0]!);
};
const labelled = [
  ...[1, 2].flatMap((seed) =>
    [1, 2, 3].map((epoch) => ({ label: 'tau 1/2', noise: 0.4, seed, epoch, loss: seed / epoch })),
  ),
  { label: '../up', seed: 1, diverged: 1, loss: null },
];

beforeAll(async () => {
  project = makeProject();
  await Promise.all([
    run('reproduce', 'count', '--runs', 'plain', '--seed', '7'),
    run('reproduce', 'count', '--runs', 'grid', '--quick'),
    run('reproduce', 'count', '--runs', 'long'),
    run('reproduce', 'failing', '--runs', 'failed'),
  ]);
  const write = (runs: string, rows: readonly object[]) =>
    writeFileSync(join(folderOf(runs), 'metrics.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  write('grid', labelled);
  write(
    'long',
    Array.from({ length: 2100 }, (_, i) => ({ step: i, loss: 1 / (i + 1) })),
  );
}, 60_000);
afterAll(() => project.remove());

describe('runs export --tensorboard', () => {
  const exported = async (runs: string) => {
    const { code, stdout } = await run('runs', 'export', 'last', '--runs', runs, '--tensorboard', 'logs', '--json');
    expect(code).toBe(0);
    return JSON.parse(stdout) as { version: number; tensorboard: { folder: string; files: string[]; series: number } };
  };
  const read = (file: string) => readEvents(join(project.folder, file));

  it('is read by a reader that knows CRC-32C', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283); // the check value of the CRC catalogue
  });

  it('writes the numbers of metrics.jsonl, and the parameters as a text', async () => {
    const { version, tensorboard } = await exported('plain');
    expect([version, tensorboard.files.length, tensorboard.series]).toEqual([1, 1, 1]);
    const events = read(tensorboard.files[0]!);
    expect(events[0]).toMatchObject({ version: 'brain.Event:2' });
    expect(events[1]!.tag).toBe('run');
    expect(events[1]!.text).toMatch(/\| study \| count \|\n[^]*\| seed \| 7 \|\n\| steps \| 5 \|/);
    const rows = readFileSync(join(folderOf('plain'), 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const expected = rows.map((line) => JSON.parse(line) as { step: number; loss: number });
    const { started } = JSON.parse(readFileSync(join(folderOf('plain'), 'run.json'), 'utf8')) as { started: string };
    expect(events.slice(2).map(({ tag, step, value, wallTime }) => [tag, step, value, wallTime])).toEqual(
      expected.map(({ step, loss }) => ['loss', step, Math.fround(loss), Date.parse(started) / 1000]),
    );
  });

  it('has a folder per series, inside that of the run, which says that it is a quick one', async () => {
    const { tensorboard } = await exported('grid');
    expect(tensorboard.folder).toMatch(/^logs\/\d{4}-\d\d-\d\d\/\d{6}-count-seed1 \(quick\)$/);
    expect(tensorboard.files.map((file) => file.slice(tensorboard.folder.length + 1).split('/')[0])).toEqual([
      expect.stringMatching(/^events\.out\.tfevents\.\d+\.surprisal$/),
      'tau 1_2, noise 0.4, seed 1',
      'tau 1_2, noise 0.4, seed 2',
      '__up, seed 1',
    ]);
    expect(read(tensorboard.files[0]!)[1]!.text).toContain('its numbers are no result');
    expect(read(tensorboard.files[2]!).slice(1)).toEqual(
      [1, 2, 3].map((step) => expect.objectContaining({ tag: 'loss', step, value: Math.fround(2 / step) }) as unknown),
    );
    expect(read(tensorboard.files[3]!).map(({ tag, step, value }) => [tag, step, value])).toEqual([
      [undefined, 0, undefined],
      ['diverged', 7, 1],
      ['loss', 7, NaN],
    ]);
  });

  it('takes the place of an earlier export', async () => {
    const [first, second] = [await exported('plain'), await exported('plain')];
    expect(second).toEqual(first);
    expect(readdirSync(join(project.folder, first.tensorboard.folder))).toHaveLength(1);
  });

  it('refuses a run without metrics, and a place that is no folder', async () => {
    const none = await run('runs', 'export', 'last', '--runs', 'failed', '--tensorboard', 'none');
    expect([none.code, lastLine(none.stderr)]).toEqual([2, expect.stringMatching(/: this run has no metrics$/)]);
    expect(existsSync(join(project.folder, 'none'))).toBe(false);
    const file = await run('runs', 'export', 'last', '--runs', 'plain', '--tensorboard', 'package.json');
    expect([file.code, lastLine(file.stderr)]).toEqual([2, expect.stringMatching(/^surprisal: ENOTDIR/)]);
  });
});

describe('runs export --mlflow', () => {
  const withServer = async (instead: Instead | undefined, use: (server: MlflowServer) => Promise<void>) => {
    const server = await startMlflow(instead);
    await use(server).finally(() => server.close());
  };
  const send = (address: string, runs: string, ...more: string[]): Promise<Ended> =>
    run('runs', 'export', 'last', '--runs', runs, '--mlflow', address, ...more);
  const pathsOf = ({ requests }: MlflowServer) =>
    requests.map(({ method, path }) => `${method} ${path.replace('/api/2.0/mlflow/', '')}`);

  it('sends the run with its tags, parameters and numbers, and nothing else', () =>
    withServer(undefined, async (server) => {
      const { code, stdout } = await send(`${server.address}/`, 'plain', '--json');
      expect(code).toBe(0);
      expect(pathsOf(server)).toEqual([
        'GET experiments/get-by-name?experiment_name=count',
        'POST experiments/create',
        'POST runs/create',
        'POST runs/log-batch',
        'POST runs/log-batch',
        'POST runs/update',
      ]);
      const [, create, made, params, metrics, update] = server.requests.map(({ body }) => body);
      expect(create).toEqual({ name: 'count' });
      expect(made).toMatchObject({ experiment_id: '7', run_name: expect.stringMatching(/count-seed7$/) as unknown });
      const tags = Object.fromEntries(made!.tags!.map(({ key, value }) => [key, value]));
      expect(tags).toMatchObject({ 'surprisal.quick': 'false', 'surprisal.engine': 'wasm' });
      expect(JSON.parse(tags['surprisal.packages']!)).toMatchObject({ counting: '1.2.3' });
      expect(params!.params).toContainEqual({ key: 'inner', value: '{"a":1,"b":2}' });
      expect(params!.params).toContainEqual({ key: 'seed', value: '7' });
      const lines = readFileSync(join(folderOf('plain'), 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n');
      expect(metrics!.metrics!.map(({ step, value: loss }) => ({ step, loss }))).toEqual(
        lines.map((line) => JSON.parse(line) as unknown),
      );
      expect(update).toMatchObject({ run_id: 'run-3', status: 'FINISHED', end_time: expect.any(Number) as unknown });
      const page = `${server.address}/#/experiments/7/runs/run-3`;
      expect(JSON.parse(stdout)).toMatchObject({ version: 1, mlflow: { page, values: 5, children: [] } });
    }));

  it('makes a run per series below it, and marks what is quick or was not finite', () =>
    withServer(undefined, async (server) => {
      const { stdout } = await send(server.address, 'grid');
      expect(stdout).toMatch(/^sent 8 values as run \d+-count-seed1 \(quick\) and 3 runs below it: http/);
      const made = server.requests.filter(({ path }) => path.endsWith('runs/create')).map(({ body }) => body);
      expect(made.map(({ run_name }) => run_name)).toEqual([
        expect.stringContaining('(quick)'),
        'tau 1/2, noise 0.4, seed 1',
        'tau 1/2, noise 0.4, seed 2',
        '../up, seed 1',
      ]);
      expect(made[0]!.tags).toContainEqual({ key: 'surprisal.quick', value: 'true' });
      expect(made[1]!.tags).toEqual([{ key: 'mlflow.parentRunId', value: 'run-3' }]);
      const last = server.requests.filter(({ body }) => body.metrics).at(-1)!.body.metrics!;
      expect(last.map(({ key, value }) => [key, value])).toEqual([
        ['diverged', 1],
        ['loss', 'NaN'],
      ]);
    }));

  it('sends at most 1000 numbers at once, to an experiment that is there', () =>
    withServer(undefined, async (server) => {
      await send(server.address, 'plain');
      const before = server.requests.length;
      expect((await send(server.address, 'long')).code).toBe(0);
      const later = server.requests.slice(before);
      expect(later.some(({ path }) => path.endsWith('experiments/create'))).toBe(false);
      const sizes = later.flatMap(({ body }) => body.metrics?.length ?? []);
      expect(sizes).toEqual([1000, 1000, 100]);
    }));

  it('says that a run failed', () =>
    withServer(undefined, async (server) => {
      expect((await send(server.address, 'failed')).code).toBe(0);
      expect(server.requests.at(-1)!.body.status).toBe('FAILED');
    }));

  it('takes user and password from the address, and shows them nowhere', () =>
    withServer(undefined, async (server) => {
      const { stdout, stderr } = await send(server.address.replace('//', '//me:s%20cret@'), 'plain');
      expect(server.requests.map(({ authorization }) => authorization)).toEqual(
        server.requests.map(() => `Basic ${Buffer.from('me:s cret').toString('base64')}`),
      );
      expect(stdout + stderr).not.toMatch(/me:|cret/);
    }));

  it('takes back what could not be sent whole', () =>
    withServer(
      (path, requests) =>
        path === 'runs/log-batch' && requests.length > 7
          ? [400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'too\nlong' }]
          : undefined,
      async (server) => {
        const { code, stderr } = await send(server.address, 'grid');
        expect([code, lastLine(stderr)]).toEqual([
          2,
          `surprisal: ${server.address}: runs/log-batch: too (HTTP 400 INVALID_PARAMETER_VALUE)`,
        ]);
        const deleted = server.requests.filter(({ path }) => path.endsWith('runs/delete'));
        const made = server.requests.filter(({ path }) => path.endsWith('runs/create'));
        expect(deleted).toHaveLength(made.length);
      },
    ));

  it.each<[string, Instead, RegExp]>([
    ['a page', () => [200, '<html>'], /not an MLflow tracking server \(HTTP 200 for experiments\/get-by-name\)$/],
    ['nothing there', () => [404, '{}'], /not an MLflow tracking server \(HTTP 404 for experiments\/get-by-name\)$/],
    ['other JSON', () => [200, { hello: 1 }], /not an MLflow tracking server/],
    ['a gateway’s error', () => [502, '<html>'], /experiments\/get-by-name: HTTP 502$/],
    ['a redirect', () => [302, ''], /experiments\/get-by-name: HTTP 302$/],
    [
      'a refusal',
      (path) => (path === 'runs/create' ? [403, { error_code: 'PERMISSION_DENIED', message: 'not you' }] : undefined),
      /runs\/create: not you \(HTTP 403 PERMISSION_DENIED\)$/,
    ],
  ])('says in one line what is wrong: %s', (_, instead, message) =>
    withServer(instead, async (server) => {
      const { code, stdout, stderr } = await send(server.address, 'plain');
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.trim()).toMatch(message);
      expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(`surprisal: ${server.address}: `)]);
    }),
  );

  it('names a server that cannot be reached, and an address that is none', async () => {
    const { address, close } = await startMlflow();
    close();
    const gone = await send(address, 'plain', '--json');
    expect([gone.code, JSON.parse(gone.stdout)]).toEqual([
      2,
      {
        version: 1,
        error: {
          name: 'ServerError',
          message: `${address}: cannot be reached (ECONNREFUSED); is an MLflow tracking server running there?`,
        },
      },
    ]);
    const none = await send('localhost', 'plain');
    expect([none.code, lastLine(none.stderr)]).toEqual([
      2,
      'surprisal: --mlflow must be the address of a tracking server, like http://localhost:5000',
    ]);
  });
});

describe('runs export', () => {
  it.each([
    [['--mlflow', 'http://localhost', '--latex'], '--mlflow <address>', '--latex'],
    [['--tensorboard', 'logs', '--csv'], '--tensorboard <folder>', '--csv'],
    [['--mlflow', 'http://localhost', '--tensorboard', 'logs'], '--mlflow <address>', '--tensorboard <folder>'],
  ])('goes one way at a time: %j', async (flags, one, other) => {
    const { code, stderr } = await run('runs', 'export', 'last', '--runs', 'plain', ...flags);
    expect([code, lastLine(stderr)]).toEqual([2, `surprisal: option '${one}' cannot be used with option '${other}'`]);
  });

  it('has tables of a finished run alone', async () => {
    const { code, stderr } = await run('runs', 'export', 'last', '--runs', 'failed');
    expect([code, lastLine(stderr)]).toEqual([
      2,
      expect.stringMatching(/: a run must be finished for its tables, this one is FAILED$/),
    ]);
  });

  it('completes its flags, and leaves what they take to the shell', async () => {
    const complete = (...words: string[]) => run('__complete', 'runs', 'export', ...words);
    expect((await complete('--')).stdout.split('\n')).toEqual(expect.arrayContaining(['--tensorboard', '--mlflow']));
    expect((await complete('last', '--tensorboard', '')).stdout).toBe('');
  });
});
