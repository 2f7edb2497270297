import { DomainError, Random, ShapeError } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImageSet, batches, split, subset, toFloat } from './image-set.js';

/** Images of 2 x 1 pixels of which the first tells which one it is. */
const numbered = (labels: readonly number[], classes = 3): ImageSet => ({
  name: 'numbered',
  images: Uint8Array.from(labels.flatMap((label, i) => [i, 10 * label])),
  labels: Int32Array.from(labels),
  length: labels.length,
  height: 2,
  width: 1,
  channels: 1,
  classes,
});
const set = numbered(Array.from({ length: 12 }, (_, i) => i % 3));
const numbersOf = ({ images }: ImageSet) => Array.from(images.filter((_, i) => i % 2 === 0));
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const countsOf = ({ labels }: ImageSet, classes = 3) =>
  Array.from({ length: classes }, (_, label) => labels.filter((other) => other === label).length);

describe('subset', () => {
  it('takes images with their labels in the given order, as often as given, and copies them', () => {
    const part = subset(set, [4, 0, 4]);
    expect(numbersOf(part)).toEqual([4, 0, 4]);
    expect(part).toMatchObject({ name: 'numbered', labels: Int32Array.of(1, 0, 1), length: 3, height: 2, width: 1 });
    part.images.fill(99);
    expect(set.images[0]).toBe(0);
    expect(subset(set, [])).toMatchObject({ length: 0, images: new Uint8Array(0) });
  });

  it.each([12, -1, 0.5, NaN])('refuses the index %s', (index) => {
    expect(() => subset(set, [0, index])).toThrow(
      new DomainError(`subset: indices must be whole numbers from 0 to 11, got ${index} at 1`),
    );
  });
});

describe('split', () => {
  it('makes disjoint parts of the given sizes, the same for a seed and others for another', () => {
    const parts = split(set, [7, 4], new Random(1));
    const all = parts.flatMap(numbersOf);
    expect(parts.map(({ length }) => length)).toEqual([7, 4]);
    expect(new Set(all).size).toBe(11);
    for (const part of parts) expect(numbersOf(part).map((n) => n % 3)).toEqual(Array.from(part.labels));
    expect(split(set, [7, 4], new Random(1))).toEqual(parts);
    expect(split(set, [7, 4], new Random(2)).flatMap(numbersOf)).not.toEqual(all);
  });

  it('loses nothing when shares sum to 1', () => {
    const share = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        fc.array(share, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        (weights, length) => {
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          const parts = split(
            numbered(new Array<number>(length).fill(0)),
            weights.map((weight) => weight / total),
            new Random(1),
          );
          expect(sorted(parts.flatMap(numbersOf))).toEqual(Array.from({ length }, (_, i) => i));
          parts.forEach((part, i) =>
            expect(Math.abs(part.length - (length * weights[i]!) / total)).toBeLessThanOrEqual(1),
          );
        },
      ),
    );
    expect(split(set, [0.5, 0.25], new Random(1)).map(({ length }) => length)).toEqual([6, 3]);
  });

  it('gives each part its share of every class when stratified', () => {
    const skewed = numbered([...new Array<number>(60).fill(0), ...new Array<number>(30).fill(1), 2, 2, 2, 2, 2, 2]);
    const parts = split(skewed, [0.5, 1 / 3, 1 / 6], new Random(1), { stratified: true });
    expect(parts.map((part) => countsOf(part))).toEqual([
      [30, 15, 3],
      [20, 10, 2],
      [10, 5, 1],
    ]);
    expect(sorted(parts.flatMap(numbersOf))).toEqual(Array.from({ length: 96 }, (_, i) => i));
    expect(split(skewed, [0.5, 1 / 3, 1 / 6], new Random(1), { stratified: true })).toEqual(parts);
    expect(split(skewed, [48], new Random(2), { stratified: true })[0]!.images).not.toEqual(parts[0]!.images);
  });

  it('keeps three classes within two images of their share for any labels', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 80 }), (labels) => {
        const [half] = split(numbered(labels), [0.5], new Random(1), { stratified: true });
        const counts = countsOf(numbered(labels));
        countsOf(half!).forEach((count, label) => expect(Math.abs(count - counts[label]! / 2)).toBeLessThanOrEqual(2));
      }),
    );
  });

  it.each([[[10, 5]], [[1.5, 2]], [[-1, 2]], [[0.9, 0.2]], [[NaN]]])('refuses the sizes %j', (sizes) => {
    expect(() => split(set, sizes, new Random(1))).toThrow(
      new DomainError(
        `split: sizes must be whole numbers with a sum of at most 12, or shares with a sum of at most 1, got ${sizes.join(', ')}`,
      ),
    );
  });
});

describe('batches', () => {
  const shapes = (options: Parameters<typeof batches>[1]) =>
    Array.from(batches(set, options), ({ images }) => images.shape);

  it('come in order, in numbers from 0 to 1, the last one with what is left', () => {
    const all = [...batches(set, { batchSize: 5 })];
    expect(all.map(({ images }) => images.shape)).toEqual([
      [5, 2, 1, 1],
      [5, 2, 1, 1],
      [2, 2, 1, 1],
    ]);
    expect(all.flatMap(({ images }) => Array.from(images.data))).toEqual(
      Array.from(set.images, (byte) => Math.fround(byte / 255)),
    );
    expect(all.flatMap(({ labels }) => Array.from(labels))).toEqual(Array.from(set.labels));
    expect(shapes({})).toEqual([[12, 2, 1, 1]]);
  });

  it('are shuffled by a seed, every image once and with its label', () => {
    const seen = (seed: number) =>
      Array.from(batches(set, { batchSize: 5, random: new Random(seed) })).flatMap(({ images, labels }) =>
        Array.from(labels, (label, i) => [Math.round(255 * images.data[2 * i]!), label] as const),
      );
    expect(sorted(seen(3).map(([number]) => number))).toEqual(numbersOf(set));
    for (const [number, label] of seen(3)) expect(label).toBe(number % 3);
    expect(seen(3)).toEqual(seen(3));
    expect(seen(3)).not.toEqual(seen(4));
  });

  it('own their arrays: the next one does not change the last one', () => {
    const [first, second] = batches(set, { batchSize: 6 });
    expect(first!.images.data.buffer).not.toBe(second!.images.data.buffer);
  });

  it('leave out a last one that is smaller, when asked to', () => {
    expect(shapes({ batchSize: 5, dropLast: true })).toHaveLength(2);
    expect(shapes({ batchSize: 6, dropLast: true })).toHaveLength(2);
    expect(shapes({ batchSize: 13, dropLast: true })).toHaveLength(0);
    expect([...batches(subset(set, []))]).toHaveLength(0);
  });

  it('refuse a batch size that is none', () => {
    expect(() => [...batches(set, { batchSize: 0 })]).toThrow(
      new DomainError('batches: batchSize must be a whole number from 1 on, got 0'),
    );
  });
});

describe('image sets', () => {
  it('are numbers from 0 to 1 as a whole, too', () => {
    expect(toFloat(set)).toEqual([...batches(set, { batchSize: 12 })][0]!.images);
    expect(toFloat(numbered([])).shape).toEqual([0, 2, 1, 1]);
  });

  it('must be as long as they say', () => {
    const short = { ...set, images: set.images.subarray(2) };
    expect(() => toFloat(short)).toThrow(new ShapeError('toFloat: images must be [12, 2, 1, 1], 24 bytes, got 22'));
    expect(() => subset({ ...set, labels: new Int32Array(3) }, [0])).toThrow(
      new ShapeError('subset: labels must be [12], one per image, got [3]'),
    );
  });
});
