import { DomainError, type NdArray, Random, ShapeError, ndarray } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bettiNumbers, connectedComponents } from './components.js';
import { distanceTransform, distancesTo } from './distance-transform.js';
import type { Mask } from './mask.js';
import { neighbourhoodCode } from './neighbourhood.js';
import { persistence } from './persistence.js';
import { skeleton, tubedSkeleton } from './thinning.js';
import { criticalPixels, simplePoints, warped } from './warping.js';

const size = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }));
/** Noise of any density. */
const masks = fc
  .tuple(size, fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([shape, seed, density]) => noise(shape, seed, density));

const noise = (shape: readonly [number, number], seed: number, density: number): Mask =>
  ndarray(
    Int32Array.from(new Random(seed).uniforms(shape[0] * shape[1]), (u) => (u < density ? 1 : 0)),
    shape,
  );

/** Round shapes with holes: noise, averaged over squares. */
function blob(seed: number, side = 24): Mask {
  const values = new Random(seed).normals(side * side);
  const data = Int32Array.from(values, (_, at) => {
    let sum = 0;
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) {
        const [y, x] = [Math.floor(at / side) + dy, (at % side) + dx];
        if (y >= 0 && x >= 0 && y < side && x < side) sum += values[y * side + x]!;
      }
    return sum > 0 ? 1 : 0;
  });
  return ndarray(data, [side, side]);
}
const blobs = fc.integer().map((seed) => blob(seed));

const picture = (...rows: string[]) => rows.map((row) => Array.from(row, (pixel) => (pixel === '#' ? 1 : 0)));

describe('Betti numbers', () => {
  it('differ by the Euler characteristic, which squares of four pixels count', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const [components, holes] = bettiNumbers(mask);
        expect(components - holes).toBe(eulerCharacteristic(mask));
      }),
    );
  });

  it('of an empty mask are 0 and 0, of a full one 1 and 0', () => {
    expect(bettiNumbers([[0, 0], [0, 0]])).toEqual([0, 0]); // prettier-ignore
    expect(bettiNumbers([[1, 1], [1, 1]])).toEqual([1, 0]); // prettier-ignore
    expect(bettiNumbers([[1]])).toEqual([1, 0]);
  });

  it('take corners for joints of the foreground, and not of holes', () => {
    expect(bettiNumbers(picture('.#.', '#.#', '.#.'))).toEqual([1, 1]);
    expect(bettiNumbers(picture('.##.', '#..#', '#.#.', '.#..'))).toEqual([1, 1]);
    expect(bettiNumbers(picture('####.', '#.###', '##.##', '#####'))).toEqual([1, 2]);
  });

  it('refuse what is no mask', () => {
    expect(() => bettiNumbers([1, 0])).toThrow(ShapeError);
    expect(() => bettiNumbers([[[1, 0]]])).toThrow(
      new ShapeError('bettiNumbers: mask must be [height, width], got [1, 1, 2]'),
    );
    expect(() => bettiNumbers([[0.5]])).toThrow(DomainError);
  });
});

/** By Gray's counts of 2 x 2 squares with one, three and two diagonal pixels, for 8 neighbours. */
function eulerCharacteristic({ data, shape }: Mask): number {
  const [height, width] = shape as [number, number];
  const at = (y: number, x: number) => (y < 0 || x < 0 || y >= height || x >= width ? 0 : data[y * width + x]!);
  let quarters = 0;
  for (let y = -1; y < height; y++)
    for (let x = -1; x < width; x++) {
      const square = [at(y, x), at(y, x + 1), at(y + 1, x), at(y + 1, x + 1)] as const;
      const total = square.reduce((sum, value) => sum + value, 0);
      if (total === 1) quarters++;
      if (total === 3) quarters--;
      if (total === 2 && square[0] === square[3]) quarters -= 2;
    }
  return quarters / 4;
}

describe('connected components', () => {
  it('are numbered in the order of their first pixels', () => {
    const { labels, count } = connectedComponents(picture('..#.#', '#.#..', '#...#'));
    expect(count).toBe(4);
    expect(Array.from(labels.data)).toEqual([0, 0, 1, 0, 2, 3, 0, 1, 0, 0, 3, 0, 0, 0, 4]);
  });
});

describe('the distance transform', () => {
  it('is the least of all distances', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const [, width] = mask.shape as [number, number];
        const inside = Array.from(mask.data.keys()).filter((at) => mask.data[at] === 1);
        const distances = distancesTo(mask).data;
        const wrong = Array.from(mask.data.keys()).filter((at) => {
          const [y, x] = [Math.floor(at / width), at % width];
          const all = inside.map((to) => Math.hypot(y - Math.floor(to / width), x - (to % width)));
          const least = Math.min(...all);
          return least === Infinity ? distances[at] !== Infinity : !(Math.abs(distances[at]! - least) < 1e-9);
        });
        expect(wrong).toEqual([]);
      }),
    );
  });

  it('is 0 outside, and Infinity where there is no outside', () => {
    expect(Array.from(distanceTransform([[1, 1], [1, 1]]).data)).toEqual(Array(4).fill(Infinity)); // prettier-ignore
    expect(Array.from(distanceTransform([[0, 0]]).data)).toEqual([0, 0]);
  });
});

describe('thinning', () => {
  const tests = (kind: fc.Arbitrary<Mask>, runs: number) => {
    fc.assert(
      fc.property(kind, (mask) => {
        const thin = skeleton(mask);
        expect(thin.data.every((value, at) => value <= mask.data[at]!)).toBe(true);
        expect(skeleton(thin).data).toEqual(thin.data);
        expect(bettiNumbers(thin)).toEqual(bettiNumbers(mask));
      }),
      { numRuns: runs },
    );
  };
  it('of blobs gives a part of them with their Betti numbers, and does nothing more when repeated', () =>
    tests(blobs, 400));

  it('leaves lines of one pixel, and one pixel, as they are', () => {
    const line = picture('#....', '.#...', '..###', '.....');
    expect(skeleton(line).data).toEqual(Int32Array.from(line.flat()));
    expect(Array.from(skeleton([[1]]).data)).toEqual([1]);
    expect(Array.from(skeleton([[0]]).data)).toEqual([0]);
  });

  it('is widened inside of the mask', () => {
    fc.assert(
      fc.property(blobs, (mask) => {
        const [tube, thin] = [tubedSkeleton(mask).data, skeleton(mask).data];
        expect(tube.every((value, at) => value <= mask.data[at]! && value >= thin[at]!)).toBe(true);
      }),
    );
  });
});

describe('persistence', () => {
  /** Few levels, for ties; or many. */
  const images = fc
    .tuple(size, fc.integer(), fc.constantFrom(2, 4, 1000))
    .map(([shape, seed, levels]): NdArray<Float64Array> =>
      ndarray(
        Float64Array.from(new Random(seed).uniforms(shape[0] * shape[1]), (u) => Math.ceil(u * levels) / levels),
        shape,
      ),
    );

  it('has as many pairs alive at a level as the level set has components and holes', () => {
    fc.assert(
      fc.property(images, fc.double({ min: 0, max: 1, noNaN: true }), (image, level) => {
        const { components, holes } = persistence(image);
        const alive = [components, holes].map(
          (pairs) => pairs.filter(({ birth, death }) => birth > level && level >= death).length,
        );
        const set = ndarray(
          Int32Array.from(image.data, (f) => (f > level ? 1 : 0)),
          image.shape,
        );
        expect(alive).toEqual(bettiNumbers(set));
      }),
      { numRuns: 300 },
    );
  });

  it('reads births and deaths off the pixels it names, and sorts pairs by how long they live', () => {
    fc.assert(
      fc.property(images, (image) => {
        const { components, holes } = persistence(image);
        for (const pairs of [components, holes])
          pairs.forEach(({ birth, death, birthPixel, deathPixel }, i) => {
            expect(image.data[birthPixel]).toBe(birth);
            if (deathPixel >= 0) expect(image.data[deathPixel]).toBe(death);
            else expect(death).toBe(0);
            if (i > 0) expect(birth - death).toBeLessThanOrEqual(pairs[i - 1]!.birth - pairs[i - 1]!.death);
          });
        expect(components.filter(({ deathPixel }) => deathPixel < 0)).toHaveLength(1);
      }),
    );
  });

  it('of a constant image is the component that never dies alone', () => {
    const { components, holes } = persistence([[0.4, 0.4], [0.4, 0.4]]); // prettier-ignore
    expect(components).toEqual([{ birth: 0.4, death: 0, birthPixel: 0, deathPixel: -1 }]);
    expect(holes).toEqual([]);
  });

  it('refuses what is no image', () => {
    expect(() => persistence([1, 2])).toThrow(ShapeError);
    expect(() => persistence([[1, NaN]])).toThrow(
      new DomainError('persistence: image must be finite numbers, got NaN at index 1'),
    );
  });
});

describe('warping', () => {
  const inner = (mask: Mask): number[] => {
    const [height, width] = mask.shape as [number, number];
    return Array.from(mask.data.keys()).filter((at) => {
      const [y, x] = [Math.floor(at / width), at % width];
      return y > 0 && x > 0 && y < height - 1 && x < width - 1;
    });
  };

  it('flips simple pixels, which never changes the Betti numbers', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        for (const at of inner(mask)) {
          if (simplePoints[neighbourhoodCode(mask.data, at, mask.shape[1]!)] === 0) continue;
          const flipped = mask.data.slice();
          flipped[at] = 1 - flipped[at]!;
          expect(bettiNumbers(ndarray(flipped, mask.shape))).toEqual(bettiNumbers(mask));
        }
      }),
    );
  });

  it('keeps the Betti numbers of its source', () => {
    fc.assert(
      fc.property(blobs, blobs, (source, target) => {
        expect(bettiNumbers(warped(source, target))).toEqual(bettiNumbers(source));
      }),
    );
  });

  it('finds nothing critical where masks are equal, and in images without an inside', () => {
    fc.assert(fc.property(masks, (mask) => void expect(criticalPixels(mask, mask).data.includes(1)).toBe(false)));
    expect(criticalPixels([[1]], [[0]]).data).toEqual(Int32Array.of(1));
    expect(() => warped([[1]], [[1, 0]])).toThrow(ShapeError);
  });

  it('finds the pixels that break a line, and none where a line is a little wider', () => {
    const line = picture('.......', '.#####.', '.......');
    const broken = picture('.......', '.##.##.', '.......');
    const wider = picture('.......', '.#####.', '..###..', '.......');
    expect(
      Array.from(criticalPixels(broken, line).data.keys()).filter((at) => criticalPixels(broken, line).data[at] === 1),
    ).toEqual([10]);
    expect(criticalPixels(wider, [...line, Array(7).fill(0) as number[]]).data).not.toContain(1);
  });
});
