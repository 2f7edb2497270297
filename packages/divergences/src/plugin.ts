import { definePlugin } from '@surprisal/core';
import { alphaDivergence, renyi, tsallis } from './alpha.js';
import { squaredHellinger, totalVariation } from './bounded.js';
import { bregman } from './bregman.js';
import { cauchySchwarz } from './cauchy-schwarz.js';
import { neymanChiSquare, pearsonChiSquare } from './chi-square.js';
import { gaussianCauchySchwarz } from './gaussian/cauchy-schwarz.js';
import {
  gaussianAlpha,
  gaussianBhattacharyya,
  gaussianJeffreys,
  gaussianKullbackLeibler,
  gaussianNeymanChiSquare,
  gaussianPearsonChiSquare,
  gaussianRenyi,
  gaussianReverseKullbackLeibler,
  gaussianSquaredHellinger,
} from './gaussian/renyi.js';
import { gaussianWasserstein } from './gaussian/wasserstein.js';
import { jensenShannon, softenedReverseKl } from './jensen-shannon.js';
import { jeffreys, kullbackLeibler, reverseKullbackLeibler } from './kullback-leibler.js';
import { cauchySchwarzOfSamples } from './samples/cauchy-schwarz.js';
import { energyDistance } from './samples/energy-distance.js';
import { mmd } from './samples/mmd.js';
import { sinkhorn } from './samples/sinkhorn.js';
import { slicedWasserstein } from './samples/sliced-wasserstein.js';
import { wasserstein } from './samples/wasserstein.js';

export default definePlugin({
  name: '@surprisal/divergences',
  kinds: [
    {
      name: 'divergence',
      summary: 'Two distributions, as probabilities or logits [batch, classes], to a divergence per row [batch].',
      usual: ['kullback-leibler', 'reverse-kullback-leibler', 'jensen-shannon', 'squared-hellinger', 'total-variation'],
    },
    {
      name: 'gaussian-divergence',
      summary: 'Two Gaussians, by mean and covariance, to a number; with independent dimensions, tensors too.',
      usual: ['kullback-leibler', 'reverse-kullback-leibler', 'squared-hellinger', 'wasserstein-2'],
    },
    {
      name: 'sample-divergence',
      summary: 'Two samples [n, d] and [m, d], weighted or not, to a number; of tensors, differentiable in the points.',
      usual: ['wasserstein', 'sinkhorn', 'energy', 'mmd'],
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
    gaussianKullbackLeibler,
    gaussianReverseKullbackLeibler,
    gaussianJeffreys,
    gaussianSquaredHellinger,
    gaussianBhattacharyya,
    gaussianPearsonChiSquare,
    gaussianNeymanChiSquare,
    gaussianAlpha,
    gaussianRenyi,
    gaussianCauchySchwarz,
    gaussianWasserstein,
    mmd,
    energyDistance,
    cauchySchwarzOfSamples,
    wasserstein,
    slicedWasserstein,
    sinkhorn,
  ],
});
