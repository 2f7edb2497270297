import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Exportable, lastLine, makeExportable } from './exportable.js';
import { type Instead, type MlflowServer, startMlflow } from './mlflow-server.js';
import type { Ended } from './project.js';

let project: Exportable;
beforeAll(async () => void (project = await makeExportable()), 60_000);
afterAll(() => project.remove());

describe('runs export --mlflow', () => {
  const withServer = async (instead: Instead | undefined, use: (server: MlflowServer) => Promise<void>) => {
    const server = await startMlflow(instead);
    await use(server).finally(() => server.close());
  };
  const send = (address: string, runs: string, ...more: string[]): Promise<Ended> =>
    project.run('runs', 'export', 'last', '--runs', runs, '--mlflow', address, ...more);
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
      expect(metrics!.metrics!.map(({ step, value: loss }) => ({ step, loss }))).toEqual(project.metricsOf('plain'));
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

  it('sends no run that goes on', () =>
    withServer(undefined, async (server) => {
      const file = join(project.folderOf('long'), 'run.json');
      const text = readFileSync(file, 'utf8');
      const going = { status: 'RUNNING', process: { pid: process.pid, host: hostname() } };
      writeFileSync(file, JSON.stringify({ ...(JSON.parse(text) as object), ...going }));
      const { code, stderr } = await send(server.address, 'long');
      writeFileSync(file, text);
      expect([code, server.requests]).toEqual([2, []]);
      expect(lastLine(stderr)).toMatch(/: a run must have ended to be sent, this one is RUNNING$/);
    }));

  it('takes user and password from the address, and shows them nowhere', () =>
    withServer(undefined, async (server) => {
      const { stdout, stderr } = await send(server.address.replace('//', '//me:s%20cret%@'), 'plain');
      expect(server.requests.map(({ authorization }) => authorization)).toEqual(
        server.requests.map(() => `Basic ${Buffer.from('me:s cret%').toString('base64')}`),
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
