import type { Random } from '@surprisal/core';
import { type Rgb, fromHsv, toHsv } from '../colour.js';
import type { Picture } from '../corruption.js';

/** What may be other than on the walls that are learnt from. */
export const wallShifts = ['angles', 'colors', 'graffiti', 'occlusion', 'shadows'] as const;

/** One of {@link wallShifts}: slanted courses, other hues, strokes of paint, boxes before the wall, bands of shadow. */
export type WallShift = (typeof wallShifts)[number];

/** Changes the pixels of a painted wall in place, before it is photographed. Courses are slanted when they are laid. */
export const shifts: Readonly<Record<Exclude<WallShift, 'angles'>, (wall: Picture, random: Random) => void>> = {
  colors(wall, random) {
    const turn = random.uniform(60, 300);
    change(wall, (rgb) => {
      const [hue, saturation, value] = toHsv(rgb);
      return fromHsv((hue + turn) % 360, Math.min(1, saturation + 0.2), value);
    });
  },

  graffiti(wall, random) {
    const { height: size } = wall;
    const radius = size / 32;
    for (let stroke = 0; stroke < 3; stroke++) {
      const paint = fromHsv(random.uniform(0, 360), 0.9, random.uniform(0.3, 1));
      const [from, bend, to] = Array.from({ length: 3 }, () => random.uniforms(2, 0, size));
      const points = Array.from({ length: 4 * size }, (_, i) => onCurve(from!, bend!, to!, i / (4 * size)));
      const painted = (y: number, x: number) => points.some(([v, u]) => (v - y) ** 2 + (u - x) ** 2 <= radius ** 2);
      change(wall, (rgb, y, x) => (painted(y, x) ? paint : rgb));
    }
  },

  occlusion(wall, random) {
    const { height: size } = wall;
    for (let box = 0; box < 2; box++) {
      const paint = fromHsv(random.uniform(0, 360), random.uniform(0.2, 0.8), random.uniform(0.2, 0.9));
      const [tall, wide] = [random.uniform(0.15, 0.35) * size, random.uniform(0.15, 0.35) * size];
      const [top, left] = [random.uniform(0, size - tall), random.uniform(0, size - wide)];
      const inside = (y: number, x: number) => y >= top && y < top + tall && x >= left && x < left + wide;
      change(wall, (rgb, y, x) => (inside(y, x) ? paint : rgb));
    }
  },

  shadows(wall, random) {
    const centre = wall.height / 2;
    const angle = random.uniform(0, Math.PI);
    const middle = random.uniform(-0.5, 0.5) * centre;
    const half = random.uniform(0.2, 0.4) * centre;
    const light = random.uniform(0.3, 0.6);
    change(wall, (rgb, y, x) => {
      const across = (y - centre) * Math.sin(angle) + (x - centre) * Math.cos(angle);
      return Math.abs(across - middle) < half ? [light * rgb[0], light * rgb[1], light * rgb[2]] : rgb;
    });
  },
};

/** A point of a quadratic Bezier curve. */
const onCurve = (from: Float32Array, bend: Float32Array, to: Float32Array, t: number): [number, number] => {
  const along = (axis: 0 | 1) => (1 - t) ** 2 * from[axis]! + 2 * t * (1 - t) * bend[axis]! + t ** 2 * to[axis]!;
  return [along(0), along(1)];
};

/** Gives every pixel the colour that a function makes of its colour and place. */
function change({ pixels, height, width }: Picture, colour: (rgb: Rgb, y: number, x: number) => Rgb): void {
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3)
      pixels.set(colour([pixels[at]!, pixels[at + 1]!, pixels[at + 2]!], y, x), at);
}
