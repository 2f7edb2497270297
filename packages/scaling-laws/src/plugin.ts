import { definePlugin } from '@surprisal/core';
import { brokenPowerLaw } from './broken-power-law.js';
import { chinchilla } from './chinchilla.js';
import { dataConstrained } from './data-constrained.js';
import { kaplan, kaplanCompute, kaplanData, kaplanSize, kaplanSteps } from './kaplan.js';
import { logLinear } from './log-linear.js';
import { lrAnnealingSize } from './lr-annealing-size.js';
import { lrAnnealing } from './lr-annealing.js';
import { powerLawPlusConstant } from './power-law.js';
import { constant, cosine, cyclic, linear, multiStep, rewarmup, twoStage, warmupStableDecay } from './schedules.js';

export default definePlugin({
  name: '@surprisal/scaling-laws',
  kinds: [
    { name: 'scaling-law', summary: 'What a training run is given to its loss, with constants fitted to runs.' },
    { name: 'schedule', summary: 'Length, peak and warm-up of a run to a learning rate per step.' },
  ],
  methods: [
    chinchilla,
    dataConstrained,
    kaplan,
    kaplanSize,
    kaplanData,
    kaplanCompute,
    kaplanSteps,
    brokenPowerLaw,
    logLinear,
    powerLawPlusConstant,
    lrAnnealing,
    lrAnnealingSize,
    constant,
    linear,
    cosine,
    warmupStableDecay,
    multiStep,
    twoStage,
    cyclic,
    rewarmup,
  ],
});
