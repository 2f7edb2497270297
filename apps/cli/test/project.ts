import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const core = join(here, '../../../packages/core');
export const bin = join(here, '../bin/surprisal.js');

/** A study that counts slowly, drawing a number each step; it goes on from a checkpoint. */
const COUNT = `
import { Random, checkpoint, claim, definePlugin, defineStudy, estimate, metric, ndarray, plot, progress, table } from '@surprisal/core';
import { z } from 'zod';
const count = defineStudy({
  name: 'count', summary: 'Counts slowly.',
  params: z.object({ steps: z.number().int().min(1).default(5).describe('steps'), delay: z.number().min(0).default(0).describe('ms'), least: z.number().default(0), sizes: z.array(z.number()).default([1, 2]), inner: z.object({ a: z.number(), b: z.number() }).default({ a: 1, b: 2 }) }),
  quick: { steps: 2 },
  async *run({ params, seed, signal, resume }) {
    const draws = [...(resume?.arrays.draws.data ?? [])];
    while (draws.length < params.steps) {
      await new Promise((resolve) => setTimeout(resolve, params.delay));
      draws.push(new Random(seed).split(draws.length).uniform());
      yield progress(draws.length, params.steps, 'counting');
      yield metric({ step: draws.length, loss: draws.at(-1) });
      if (draws.length % 3 === 0 || signal.aborted) yield checkpoint({ json: {}, arrays: { draws: ndarray(Float64Array.from(draws), [draws.length]) } });
      if (signal.aborted) return;
    }
    const mean = estimate(draws);
    yield table({ name: 'draws', columns: [{ key: 'what', title: 'what' }, { key: 'mean', title: 'mean', better: 'higher' }], rows: [{ what: 'all', mean }, { what: 'first', mean: draws[0] }] });
    yield plot({ name: 'course', caption: 'Draws by step.', spec: { data: { values: draws.map((y, x) => ({ x, y })) }, mark: 'line', encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } } } });
    yield claim({ says: 'the mean is at least ' + params.least, paper: 0.5, measured: mean, holds: mean.mean >= params.least });
  },
});
// Never waits, and has results to show while it runs.
const busy = defineStudy({
  name: 'busy', summary: 'Counts without a pause.',
  params: z.object({ delay: z.number().min(0).default(60) }),
  async *run({ params, signal, resume }) {
    for (let step = (resume?.json.step ?? 0) + 1; step <= 20; step++) {
      for (const end = performance.now() + params.delay; performance.now() < end; );
      yield table({ name: 'step ' + step, columns: [{ key: 'step', title: 'step' }], rows: [{ step }] });
      yield checkpoint({ json: { step }, arrays: {} });
      if (signal.aborted) return;
    }
    yield claim({ says: 'it counted', paper: 20, measured: 20, holds: true });
  },
});
const failing = defineStudy({ name: 'failing', summary: 'Fails.', params: z.object({}), async *run() { yield progress(1, 2); throw new TypeError('broken on purpose'); } });
export default definePlugin({ name: 'counting', studies: [count, busy, failing] });
`;

/** A folder with a package.json that depends on a good plugin, one that throws, and one of another contract. */
export function makeProject(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'surprisal-cli-'));
  const modules = join(folder, 'node_modules');
  const plugins = {
    counting: COUNT,
    throwing: `throw new Error('no such luck');`,
    'of-tomorrow': 'export default { name: "of-tomorrow", contract: 99, methods: [], studies: [] };',
  };
  for (const [name, code] of Object.entries(plugins)) {
    mkdirSync(join(modules, name), { recursive: true });
    writeFileSync(
      join(modules, name, 'package.json'),
      JSON.stringify({ name, version: '1.2.3', type: 'module', surprisal: { plugin: './plugin.js' } }),
    );
    writeFileSync(join(modules, name, 'plugin.js'), code);
  }
  mkdirSync(join(modules, '@surprisal'));
  symlinkSync(core, join(modules, '@surprisal/core'));
  symlinkSync(join(core, 'node_modules/zod'), join(modules, 'zod'));
  const dependencies = Object.fromEntries(Object.keys(plugins).map((name) => [name, '1.2.3']));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'project', dependencies }));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SurprisalOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** What stands on stdin; nothing by default. */
  readonly input?: string | Uint8Array;
}

export interface ProcessOptions extends SurprisalOptions {
  /** Called with what came on stderr so far. */
  readonly watch?: (stderr: string, child: ChildProcess) => void;
}

/** The environment of a call: this one, without what tests and terminals set. */
const environment = (env: Record<string, string> = {}) => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(FORCE_COLOR|NO_COLOR|CI|SURPRISAL_.*|NODE_OPTIONS|VITEST.*)$/.test(name),
    ),
  ),
  ...env,
});

/** Runs the command as a process of its own, where that is what is tested. */
export function surprisalProcess(args: readonly string[], { cwd, env, input, watch }: ProcessOptions): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: environment(env),
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr!.on('data', (data: Buffer) => {
    stderr += data.toString();
    watch?.(stderr, child);
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })));
}

let caller: ChildProcess | undefined;
let earlier: Promise<unknown> = Promise.resolve();

/**
 * Calls the command in a process that serves all calls of a test file. They wait for each other, since they share its folder, environment
 * and streams.
 */
export function surprisal(args: readonly string[], { cwd, env, input }: SurprisalOptions): Promise<Ended> {
  const ended = earlier.then(() => ask({ args, cwd, env: environment(env), input }));
  earlier = ended.catch(() => {});
  return ended;
}

function ask(request: object): Promise<Ended> {
  const asked = (caller ??= fork(join(here, 'caller.mjs'), {
    execArgv: [],
    serialization: 'advanced',
    stdio: 'inherit',
  }));
  return new Promise((resolve, reject) => {
    const broken = () => reject(new Error(`the process that calls the command ended: ${JSON.stringify(request)}`));
    asked.once('exit', broken).once('message', (ended) => {
      asked.off('exit', broken);
      resolve(ended as Ended);
    });
    asked.send(request);
  });
}

/** The last line of a text: where an error stands. */
export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;
