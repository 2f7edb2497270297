import { definePlugin } from '@surprisal/core';
import { rotate, scale, shear, translate } from './geometric-corruptions.js';
import { pairflip, symmetric } from './label-noise.js';
import {
  brightness,
  contrast,
  gaussianBlur,
  gaussianNoise,
  impulseNoise,
  occlusion,
  shotNoise,
} from './pixel-corruptions.js';

export default definePlugin({
  name: '@surprisal/data',
  kinds: [
    { name: 'label-noise', summary: 'Labels to labels of which some are wrong.' },
    { name: 'corruption', summary: 'Images to spoiled images, in five severities.' },
  ],
  methods: [
    symmetric,
    pairflip,
    gaussianNoise,
    shotNoise,
    impulseNoise,
    gaussianBlur,
    contrast,
    brightness,
    occlusion,
    rotate,
    shear,
    scale,
    translate,
  ],
});
