import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Exportable, lastLine, makeExportable } from './exportable.js';

let project: Exportable;
beforeAll(async () => void (project = await makeExportable()), 60_000);
afterAll(() => project.remove());

describe('runs export', () => {
  it.each([
    [['--mlflow', 'http://localhost', '--latex'], '--mlflow <address>', '--latex'],
    [['--tensorboard', 'logs', '--csv'], '--tensorboard <folder>', '--csv'],
    [['--mlflow', 'http://localhost', '--tensorboard', 'logs'], '--mlflow <address>', '--tensorboard <folder>'],
  ])('goes one way at a time: %j', async (flags, one, other) => {
    const { code, stderr } = await project.run('runs', 'export', 'last', '--runs', 'plain', ...flags);
    expect([code, lastLine(stderr)]).toEqual([2, `surprisal: option '${one}' cannot be used with option '${other}'`]);
  });

  it('has tables of a finished run alone', async () => {
    const { code, stderr } = await project.run('runs', 'export', 'last', '--runs', 'failed');
    expect([code, lastLine(stderr)]).toEqual([
      2,
      expect.stringMatching(/: a run must be finished for its tables, this one is FAILED$/),
    ]);
  });

  it('completes its flags, and leaves what they take to the shell', async () => {
    const complete = (...words: string[]) => project.run('__complete', 'runs', 'export', ...words);
    expect((await complete('--')).stdout.split('\n')).toEqual(expect.arrayContaining(['--tensorboard', '--mlflow']));
    expect((await complete('last', '--tensorboard', '')).stdout).toBe('');
  });
});
