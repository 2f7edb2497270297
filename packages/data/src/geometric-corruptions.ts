import type { Random } from '@surprisal/core';
import { resample } from './affine.js';
import { defineCorruption } from './corruption.js';
import { severities } from './severities.js';

/**
 * Turned about the centre by 0.2 to 1 radians, left or right.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = rotate({ severity: 5 })(test, new Random(1));
 */
export const rotate = defineCorruption({
  name: 'rotate',
  summary: 'Turned about the centre.',
  strengths: severities.rotate,
  corrupt(picture, radians, random) {
    const angle = either(random) * radians;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return resample(picture, [cos, sin, 0, -sin, cos, 0]);
  },
});

/**
 * Slanted, left or right: each row moves to the side by 0.2 to 1 pixels more than the row above it, the middle one stays.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = shear({ severity: 2 })(test, new Random(1));
 */
export const shear = defineCorruption({
  name: 'shear',
  summary: 'Slanted.',
  strengths: severities.shear,
  corrupt: (picture, slant, random) => resample(picture, [1, either(random) * slant, 0, 0, 1, 0]),
});

/**
 * Made smaller about the centre, to 0.9 to 0.5 of its size.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = scale({ severity: 1 })(test, new Random(1));
 */
export const scale = defineCorruption({
  name: 'scale',
  summary: 'Made smaller.',
  strengths: severities.scale,
  corrupt: (picture, size) => resample(picture, [1 / size, 0, 0, 0, 1 / size, 0]),
});

/**
 * Moved along both axes, each way at random: by 1 to 5 pixels of 28.
 *
 * @example
 * const { test } = await loadMnist();
 * const corrupted = translate({ severity: 3 })(test, new Random(1));
 */
export const translate = defineCorruption({
  name: 'translate',
  summary: 'Moved off the centre.',
  strengths: severities.translate,
  corrupt(picture, share, random) {
    const [x, y] = [either(random) * share * picture.width, either(random) * share * picture.height];
    return resample(picture, [1, 0, x, 0, 1, y]);
  },
});

/** -1 or 1. */
const either = (random: Random) => (random.uniform() < 0.5 ? -1 : 1);
