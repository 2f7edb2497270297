import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ndarray } from '@surprisal/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFolder } from './folder.js';
import type { RunInfo } from './info.js';
import { findRun, listRuns } from './list.js';
import { describeMachine } from './machine.js';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'surprisal-runs-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const info = (change: Partial<RunInfo> = {}): RunInfo => ({
  version: 1,
  study: 'count',
  status: 'RUNNING',
  quick: false,
  params: {},
  origins: {},
  seed: 1,
  engine: 'cpu',
  command: [],
  started: '2026-01-31T12:00:00.000Z',
  packages: {},
  ...describeMachine(),
  ...change,
});
const state = (step: number) => ({ json: { step }, arrays: { w: ndarray(Float32Array.of(step), [1]) } });

describe('RunFolder', () => {
  it('never takes the place of an older run', () => {
    const paths = [1, 2, 3].map(() => RunFolder.create(root, info()).path);
    expect(paths.map((path) => path.slice(root.length + 1))).toEqual([
      '2026-01-31/120000-count-seed1',
      '2026-01-31/120000-count-seed1-2',
      '2026-01-31/120000-count-seed1-3',
    ]);
  });

  it('cuts off the metrics that came after the checkpoint, and keeps two checkpoints', () => {
    const folder = RunFolder.create(root, info());
    for (const step of [1, 2, 3, 4]) {
      folder.appendMetric({ step });
      if (step < 4) folder.saveCheckpoint(state(step), []);
    }
    expect(readdirSync(join(folder.path, 'checkpoints'))).toEqual(
      ['000002', '000003'].flatMap((name) => [`${name}.json`, `${name}.safetensors`]),
    );
    expect(RunFolder.open(folder.path).restore()!.state).toEqual(state(3));
    expect(folder.metrics).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
  });

  it('goes back to the checkpoint before, when the last one is spoiled', () => {
    const folder = RunFolder.create(root, info());
    for (const step of [1, 2]) folder.saveCheckpoint(state(step), []);
    writeFileSync(join(folder.path, 'checkpoints/000002.safetensors'), 'spoiled');
    expect(folder.restore()!.state).toEqual(state(1));
    writeFileSync(join(folder.path, 'checkpoints/000001.json'), '{');
    expect(() => folder.restore()).toThrow(/000002\.safetensors: not a complete safetensors file/);
  });

  it('passes over half a line of metrics, as a crash may leave it', () => {
    const folder = RunFolder.create(root, info());
    folder.appendMetric({ step: 1 });
    writeFileSync(join(folder.path, 'metrics.jsonl'), '{"st', { flag: 'a' });
    expect(folder.metrics).toEqual([{ step: 1 }]);
  });

  it('keeps artifacts inside', () => {
    const folder = RunFolder.create(root, info());
    folder.writeArtifact('deep/note.txt', 'x');
    expect(readFileSync(join(folder.path, 'artifacts/deep/note.txt'), 'utf8')).toBe('x');
    for (const name of ['../note.txt', 'a/../../note.txt', '/tmp/note.txt'])
      expect(() => folder.writeArtifact(name, 'x')).toThrow(/must stay inside the run folder/);
  });

  it('tells a run whose process is gone from one that goes on', () => {
    const folder = RunFolder.create(root, info());
    expect(folder.status).toBe('RUNNING');
    const { process: owner } = folder.info;
    folder.update({ process: { ...owner, pid: 2 ** 22 + 1 } });
    expect(folder.status).toBe('INTERRUPTED');
    folder.update({ process: { ...owner, host: 'elsewhere', pid: 2 ** 22 + 1 } });
    expect(folder.status).toBe('RUNNING');
  });

  it.runIf(process.platform === 'linux')('is not misled by another process of the same number', () => {
    const folder = RunFolder.create(root, info());
    folder.update({ process: { ...folder.info.process, start: '1' } });
    expect(folder.status).toBe('INTERRUPTED');
  });
});

describe('runs', () => {
  it('are listed by their start, without those that cannot be read', () => {
    const late = RunFolder.create(root, info({ started: '2026-01-31T12:00:01.000Z', study: 'a' }));
    const early = RunFolder.create(root, info());
    writeFileSync(join(RunFolder.create(root, info()).path, 'run.json'), '{');
    expect(listRuns(root).map(({ path }) => path)).toEqual([early.path, late.path]);
    expect(findRun(root, 'last').path).toBe(late.path);
    expect(findRun(root, early.name).path).toBe(early.path);
    expect(() => findRun(root, 'seed1')).toThrow(/2 such runs/);
    expect(() => findRun(root, 'nowhere')).toThrow(/no such run/);
  });
});
