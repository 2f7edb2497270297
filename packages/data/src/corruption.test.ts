import { DomainError, Random, ShapeError } from '@surprisal/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { resample } from './affine.js';
import { gaussianBlurred } from './blur.js';
import { type Corruption, type Picture, defineCorruption } from './corruption.js';
import { type ImageSet, subset } from './image-set.js';
import { nodeData } from './node.js';
import plugin from './plugin.js';
import { brightness, gaussianNoise, impulseNoise, occlusion, shotNoise, translate } from './index.js';

const corruptions = plugin.methods
  .filter((method) => method.info.kind === 'corruption')
  .map((method) => [method.info.name, method as typeof brightness] as const);

const SEVERITIES = [1, 2, 3, 4, 5];

let digits: ImageSet;
beforeAll(async () => {
  const { test } = await nodeData('mnist');
  digits = subset(test, new Random(0).permutation(test.length).subarray(0, 200));
});

/** Far quicker than toEqual, which looks at each number on its own. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** Root mean square over all pixels, in units of white. */
function distance(a: ImageSet, b: ImageSet): number {
  return Math.sqrt(a.images.reduce((sum, byte, i) => sum + ((byte - b.images[i]!) / 255) ** 2, 0) / a.images.length);
}

describe.each(corruptions)('corruption %s', (name, method) => {
  const spoil = (severity: number, seed = 1) => method({ severity })(digits, new Random(seed));

  it('keeps form and labels, and the given images as they are', () => {
    const before = digits.images.slice();
    const { images, ...form } = spoil(5);
    const { images: clean, ...cleanForm } = digits;
    expect(form).toEqual(cleanForm);
    expect(images).toBeInstanceOf(Uint8Array);
    expect(images).toHaveLength(clean.length);
    expect(same(clean, before)).toBe(true);
  });

  it('is the same for a seed, and of severity 3 when not told', () => {
    expect(same(spoil(3).images, spoil(3).images)).toBe(true);
    expect(same(method()(digits, new Random(1)).images, spoil(3).images)).toBe(true);
  });

  it('treats each image on its own', () => {
    const first = subset(digits, [0, 1]);
    const alone = method({ severity: 4 })(first, new Random(1)).images;
    expect(alone).toEqual(spoil(4).images.subarray(0, alone.length));
  });

  it('takes images with more rows than columns, and with colours', () => {
    const colour: ImageSet = { ...digits, length: 10, height: 98, width: 32, channels: 5 };
    const set = { ...colour, images: digits.images.slice(0, 156_800), labels: digits.labels.slice(0, 10) };
    expect(method({ severity: 5 })(set, new Random(1)).images).toHaveLength(156_800);
  });

  it('spoils more with each severity, on the mean over real digits', () => {
    const distances = SEVERITIES.map((severity) => distance(spoil(severity), digits));
    distances.forEach((value, i) =>
      expect(value, distances.join(', ')).toBeGreaterThan(i === 0 ? 0.01 : distances[i - 1]!),
    );
  });

  it('refuses another severity, parameter or form', () => {
    expect(() => method({ severity: 0 })).toThrow(new DomainError(`${name}: severity must be at least 1, got 0`));
    expect(() => method({ severity: 6 })).toThrow(new DomainError(`${name}: severity must be at most 5, got 6`));
    expect(() => method({ severity: 2.5 })).toThrow(
      new DomainError(`${name}: severity must be a whole number, got 2.5`),
    );
    expect(() => method()({ ...digits, length: 3 }, new Random(1))).toThrow(
      new ShapeError(`${name}: images must be [3, 28, 28, 1], 2352 bytes, got 156800`),
    );
  });
});

describe('the noises', () => {
  const flat = (byte: number): ImageSet => ({
    images: new Uint8Array(100 * 100).fill(byte),
    labels: Int32Array.of(0),
    length: 1,
    height: 100,
    width: 100,
    channels: 1,
    classes: 1,
  });
  const moments = (corruption: Corruption) => {
    const values = Array.from(corruption(flat(128), new Random(1)).images, (byte) => byte / 255);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
  };

  it('have the spread that their definition says', () => {
    const grey = 128 / 255;
    const normal = moments(gaussianNoise({ severity: 1 }));
    expect(normal.mean).toBeCloseTo(grey, 2);
    expect(normal.sd).toBeCloseTo(0.08, 2);
    const photons = moments(shotNoise({ severity: 1 }));
    expect(photons.mean).toBeCloseTo(grey, 2);
    expect(photons.sd).toBeCloseTo(Math.sqrt(grey / 60), 2);
  });

  it('are salt and pepper alike on the stated share of pixels', () => {
    const { images } = impulseNoise({ severity: 5 })(flat(128), new Random(1));
    const share = (byte: number) => images.filter((other) => other === byte).length / images.length;
    for (const byte of [0, 255]) expect(Math.abs(share(byte) - 0.135)).toBeLessThan(0.02);
    expect(share(0) + share(128) + share(255)).toBeCloseTo(1, 12);
  });

  it('of light leaves black black', () => {
    expect(shotNoise({ severity: 5 })(flat(0), new Random(1)).images).toEqual(flat(0).images);
  });

  it('brightness adds and cuts at white', () => {
    expect(brightness({ severity: 2 })(flat(100), new Random(1)).images[0]).toBe(151);
    expect(brightness({ severity: 2 })(flat(230), new Random(1)).images[0]).toBe(255);
  });

  it('occlusion blackens one square of the stated size', () => {
    const { images } = occlusion({ severity: 5 })(flat(255), new Random(1));
    expect(images.filter((byte) => byte === 0)).toHaveLength(60 * 60);
  });
});

describe('the shared parts', () => {
  const picture: Picture = { pixels: Float32Array.of(0, 1, 2, 3, 4, 5), height: 3, width: 2, channels: 1 };

  it('the resampler: identity, half a turn, a shift by a pixel and by half a pixel', () => {
    expect(resample(picture, [1, 0, 0, 0, 1, 0])).toEqual(picture.pixels);
    expect(resample(picture, [-1, 0, 0, 0, -1, 0])).toEqual(picture.pixels.toReversed());
    expect(resample(picture, [1, 0, 1, 0, 1, 0])).toEqual(Float32Array.of(1, 0, 3, 0, 5, 0));
    expect(resample(picture, [1, 0, 0, 0, 1, 0.5])).toEqual(Float32Array.of(1, 2, 3, 4, 2, 2.5));
  });

  it('the blur: leaves flat images flat, and spreads a point as the normal density', () => {
    const flat = { ...picture, pixels: new Float32Array(6).fill(0.5) };
    for (const value of gaussianBlurred(flat, 2)) expect(value).toBeCloseTo(0.5, 6);
    const point: Picture = { pixels: new Float32Array(21 * 21), height: 21, width: 21, channels: 1 };
    point.pixels[10 * 21 + 10] = 1;
    const spread = gaussianBlurred(point, 1.5);
    expect(spread[10 * 21 + 10]).toBeCloseTo(1 / (2 * Math.PI * 1.5 ** 2), 4);
    expect(spread[10 * 21 + 12]! / spread[10 * 21 + 10]!).toBeCloseTo(Math.exp(-(2 ** 2) / (2 * 1.5 ** 2)), 5);
    expect(spread.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
  });

  it('translate moves every digit by whole pixels along both axes', () => {
    const digit = subset(digits, [0]);
    const moved = translate({ severity: 2 })(digit, new Random(1)).images;
    const shifted = (dx: number, dy: number) =>
      digit.images.map((_, i) => {
        const [x, y] = [(i % 28) + dx, Math.floor(i / 28) + dy];
        return x < 0 || y < 0 || x > 27 || y > 27 ? 0 : digit.images[28 * y + x]!;
      });
    const candidates = [-2, 2].flatMap((dx) => [-2, 2].map((dy) => shifted(dx, dy)));
    expect(candidates).toContainEqual(moved);
  });

  it('defineCorruption makes a method of what is done to one image', () => {
    const negative = defineCorruption({
      name: 'negative',
      summary: 'Black becomes white.',
      strengths: [0.2, 0.4, 0.6, 0.8, 1],
      corrupt: ({ pixels }, share) => pixels.map((value) => value + share * (1 - 2 * value)),
    });
    expect(negative.info).toMatchObject({ kind: 'corruption', name: 'negative' });
    const { images } = negative({ severity: 5 })(subset(digits, [0]), new Random(1));
    expect(images).toEqual(digits.images.slice(0, 784).map((byte) => 255 - byte));
  });
});
