import { DomainError, Random } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import { type BrickWallOptions, brickWall } from './brick-wall.js';
import { otsuThreshold } from './labels.js';
import { wallShifts } from './shifts.js';

const walls = (options: BrickWallOptions = {}, count = 30) =>
  Array.from({ length: count }, (_, seed) => brickWall(new Random(seed), options));

const share = (mask: { readonly data: Int32Array }) => mask.data.reduce((sum, value) => sum + value, 0) / mask.data.length; // prettier-ignore
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** 2 |A and B| / (|A| + |B|) */
function dice(a: Int32Array, b: Int32Array): number {
  const both = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return (2 * both) / a.reduce((sum, value, i) => sum + value + b[i]!, 0);
}

/** How many parts a mask has whose pixels touch, by an edge or a corner. */
function parts(mask: Int32Array, size: number): number {
  const left = new Set(Array.from(mask.keys()).filter((pixel) => mask[pixel] === 1));
  let count = 0;
  for (const first of left) {
    count++;
    const open = [first];
    left.delete(first);
    while (open.length > 0) {
      const pixel = open.pop()!;
      const x = pixel % size;
      for (let v = -1; v <= 1; v++)
        for (let u = -1; u <= 1; u++)
          if (x + u >= 0 && x + u < size && left.delete(pixel + v * size + u)) open.push(pixel + v * size + u);
    }
  }
  return count;
}

describe('brick walls', () => {
  it('are the same for a stream, and others for another', () => {
    expect(brickWall(new Random(3))).toEqual(brickWall(new Random(3)));
    expect(brickWall(new Random(3)).image.data).not.toEqual(brickWall(new Random(4)).image.data);
  });

  it('have numbers from 0 to 1, and masks of 0 and 1, of the size that is asked for', () => {
    for (const size of [16, 40, 65]) {
      const { image, labels } = brickWall(new Random(1), { size });
      expect(image.shape).toEqual([size, size, 3]);
      expect(image.data.every((value) => value >= 0 && value <= 1)).toBe(true);
      for (const { data, shape } of Object.values(labels)) {
        expect(shape).toEqual([size, size]);
        expect(data.every((value) => value === 0 || value === 1)).toBe(true);
      }
    }
  });

  it('have mortar that is one connected net, 15 to 40% of the wall', () => {
    for (const { labels } of walls()) {
      expect(parts(labels.accurate.data, 64)).toBe(1);
      expect(share(labels.accurate)).toBeGreaterThan(0.15);
      expect(share(labels.accurate)).toBeLessThan(0.4);
    }
  });

  it('have mortar that is lighter than bricks', () => {
    const { image, labels } = brickWall(new Random(1));
    const green = (of: number) => mean(Array.from(labels.accurate.data).flatMap((value, i) => (value === of ? [image.data[3 * i + 1]!] : []))); // prettier-ignore
    expect(green(1) - green(0)).toBeGreaterThan(0.15);
  });

  it('have noisy labels with gaps, and pseudo-labels with specks', () => {
    const made = walls();
    const accurate = made.map(({ labels }) => labels.accurate.data);
    for (const quality of ['noisy', 'pseudo'] as const) {
      const overlap = mean(made.map(({ labels }, i) => dice(labels[quality].data, accurate[i]!)));
      expect(overlap, quality).toBeGreaterThan(0.7);
      expect(overlap, quality).toBeLessThan(0.97);
    }
    const broken = mean(made.map(({ labels }) => parts(labels.noisy.data, 64)));
    expect(broken).toBeGreaterThan(1);
    expect(broken).toBeLessThan(10);
    expect(mean(made.map(({ labels }) => parts(labels.pseudo.data, 64)))).toBeGreaterThan(broken);
  });

  it.each(wallShifts)('look another way when shifted: %s', (shift) => {
    const [plain, shifted] = [walls({}, 5), walls({ shift }, 5)];
    plain.forEach(({ image, labels }, i) => {
      expect(shifted[i]!.image.data).not.toEqual(image.data);
      if (shift === 'angles') expect(shifted[i]!.labels.accurate).not.toEqual(labels.accurate);
      else expect(shifted[i]!.labels.accurate).toEqual(labels.accurate); // what hides mortar leaves it mortar
    });
  });

  it('refuse sizes that hold no wall', () => {
    expect(() => brickWall(new Random(1), { size: 8 })).toThrow(
      new DomainError('brickWall: size must be a whole number from 16 on, got 8'),
    );
    expect(() => brickWall(new Random(1), { size: 32.5 })).toThrow(DomainError);
  });
});

describe("Otsu's threshold", () => {
  it('parts two groups, and one that is all alike', () => {
    const threshold = otsuThreshold(Float32Array.of(0.1, 0.12, 0.15, 0.8, 0.9, 0.85));
    expect(threshold).toBeGreaterThan(0.15);
    expect(threshold).toBeLessThan(0.8);
    expect(otsuThreshold(Float32Array.of(0.5, 0.5))).toBeGreaterThan(0);
  });
});
