import { type NdArray, Random, ShapeError, ndarray } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHsv, toHsv } from './colour.js';
import { type HueDraws, randHue, withHue } from './rand-hue.js';

/** `[height, width, 3]` as `[3, height, width]`, or the other way round. */
function moved({ data, shape }: NdArray, channels: 'first' | 'last'): NdArray<Float32Array> {
  const [height, width] = channels === 'first' ? shape : shape.slice(1);
  const pixels = height! * width!;
  const from = (i: number) => (channels === 'first' ? (i % pixels) * 3 + Math.floor(i / pixels) : (i % 3) * pixels + Math.floor(i / 3)); // prettier-ignore
  const to = channels === 'first' ? [3, height!, width!] : [height!, width!, 3];
  return ndarray(Float32Array.from(data, (_, i) => data[from(i)]!), to); // prettier-ignore
}

goldens(
  import.meta.url,
  '40-topomortar',
  {
    randHue({ inputs: { image_chw: image, draws } }) {
      const rows = Array.from({ length: draws.shape[0] }, (_, i) => Array.from(draws.data.slice(3 * i, 3 * i + 3)));
      const augmented = rows.map((row) => withHue(moved(image, 'last'), row as unknown as HueDraws));
      return { augmented: augmented.flatMap((one) => Array.from(moved(one, 'first').data)) };
    },
  },
  { partial: true },
);

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const colours = fc.tuple(unit, unit, unit);

describe('colours', () => {
  it('are the same by hue, saturation and value', () => {
    fc.assert(
      fc.property(colours, (rgb) => {
        fromHsv(...toHsv(rgb)).forEach((channel, i) => expect(channel).toBeCloseTo(rgb[i]!, 9));
      }),
    );
  });

  it('have the hues that have names', () => {
    expect(toHsv([1, 0, 0])).toEqual([0, 1, 1]);
    expect(toHsv([0, 1, 0])).toEqual([120, 1, 1]);
    expect(toHsv([0, 0, 0.5])).toEqual([240, 1, 0.5]);
    expect(toHsv([0.5, 0.5, 0.5])).toEqual([0, 0, 0.5]);
    expect(fromHsv(360, 1, 1)).toEqual(fromHsv(0, 1, 1));
  });
});

describe('RandHue', () => {
  it('gives all pixels one hue, within the range of the picture, and leaves the given one as it is', () => {
    fc.assert(
      fc.property(fc.array(unit, { minLength: 12, maxLength: 12 }), colours, (pixels, draws) => {
        const image = ndarray(Float32Array.from(pixels, (value) => 3 * value - 1), [2, 2, 3]); // prettier-ignore
        const before = image.data.slice();
        const { data } = withHue(image, draws);
        const [low, high] = [Math.min(...before), Math.max(...before)];
        data.forEach((value) => {
          expect(value).toBeGreaterThanOrEqual(low - 1e-6);
          expect(value).toBeLessThanOrEqual(high + 1e-6);
        });
        for (let at = 0; at < 12; at += 3) {
          const [hue, saturation, value] = toHsv([0, 1, 2].map((c) => data[at + c]! - low) as unknown as HueDraws);
          if (saturation * value > 0.05 * (high - low)) expect(Math.abs(Math.sin(((hue - 360 * draws[0]) * Math.PI) / 360))).toBeLessThan(1e-3); // prettier-ignore
        }
        expect(image.data).toEqual(before);
      }),
    );
  });

  it('takes a picture of one grey', () => {
    const grey = ndarray(new Float32Array(12).fill(0.4), [2, 2, 3]);
    expect(Array.from(withHue(grey, [0.3, 1, 1]).data)).toEqual(Array.from(grey.data));
  });

  it('changes about half of the pictures, with the same draws for the same stream', () => {
    const image = ndarray(Float32Array.of(0.9, 0.2, 0.1, 0, 1, 0.5), [1, 2, 3]);
    const random = new Random(1);
    const made = Array.from({ length: 400 }, (_, i) => randHue(image, random.split(i)));
    const changed = made.filter((one) => one !== image).length;
    expect(Math.abs(changed - 200)).toBeLessThan(50); // five standard deviations
    expect(made[7]!.data).toEqual(randHue(image, random.split(7)).data);
  });

  it('refuses another shape', () => {
    expect(() => withHue(ndarray(new Float32Array(4), [2, 2]), [0, 0, 0])).toThrow(
      new ShapeError('withHue: image must be [height, width, 3], got [2, 2]'),
    );
  });
});
