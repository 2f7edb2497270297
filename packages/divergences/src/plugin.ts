import { definePlugin } from '@surprisal/core';
import { alphaDivergence, renyi, tsallis } from './alpha.js';
import { squaredHellinger, totalVariation } from './bounded.js';
import { bregman } from './bregman.js';
import { cauchySchwarz } from './cauchy-schwarz.js';
import { neymanChiSquare, pearsonChiSquare } from './chi-square.js';
import { jensenShannon, softenedReverseKl } from './jensen-shannon.js';
import { jeffreys, kullbackLeibler, reverseKullbackLeibler } from './kullback-leibler.js';

export default definePlugin({
  name: '@surprisal/divergences',
  kinds: [
    {
      name: 'divergence',
      summary: 'Two distributions, as probabilities or logits [batch, classes], to a divergence per row [batch].',
    },
  ],
  methods: [
    kullbackLeibler,
    reverseKullbackLeibler,
    jeffreys,
    jensenShannon,
    softenedReverseKl,
    squaredHellinger,
    totalVariation,
    pearsonChiSquare,
    neymanChiSquare,
    alphaDivergence,
    tsallis,
    renyi,
    cauchySchwarz,
    bregman,
  ],
});
