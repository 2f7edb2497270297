import { definePlugin } from '@surprisal/core';
import { constant, cosine, cyclic, linear, multiStep, rewarmup, twoStage, warmupStableDecay } from './schedules.js';
import { powerLaw } from './power-law.js';

export default definePlugin({
  name: '@surprisal/scaling-laws',
  kinds: [
    { name: 'scaling-law', summary: 'Numbers to a number.' },
    { name: 'schedule', summary: 'Length, peak and warm-up of a run to a learning rate per step.' },
  ],
  methods: [powerLaw, constant, linear, cosine, warmupStableDecay, multiStep, twoStage, cyclic, rewarmup],
});
