import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc32c, readEvents } from './event-file.js';
import { type Exportable, lastLine, makeExportable } from './exportable.js';

let project: Exportable;
beforeAll(async () => void (project = await makeExportable()), 60_000);
afterAll(() => project.remove());

describe('runs export --tensorboard', () => {
  const exported = async (runs: string) => {
    const { code, stdout } = await project.run(
      'runs',
      'export',
      'last',
      '--runs',
      runs,
      '--tensorboard',
      'logs',
      '--json',
    );
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
    const { started } = JSON.parse(readFileSync(join(project.folderOf('plain'), 'run.json'), 'utf8')) as {
      started: string;
    };
    expect(events.slice(2).map(({ tag, step, value, wallTime }) => [tag, step, value, wallTime])).toEqual(
      project.metricsOf('plain').map(({ step, loss }) => ['loss', step, Math.fround(loss), Date.parse(started) / 1000]),
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
    const none = await project.run('runs', 'export', 'last', '--runs', 'failed', '--tensorboard', 'none');
    expect([none.code, lastLine(none.stderr)]).toEqual([2, expect.stringMatching(/: this run has no metrics$/)]);
    expect(existsSync(join(project.folder, 'none'))).toBe(false);
    const file = await project.run('runs', 'export', 'last', '--runs', 'plain', '--tensorboard', 'package.json');
    expect([file.code, lastLine(file.stderr)]).toEqual([2, expect.stringMatching(/^surprisal: ENOTDIR/)]);
  });
});
