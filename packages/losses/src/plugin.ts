import { definePlugin } from '@surprisal/core';
import { aldrKl } from './aldr.js';
import { asymmetric } from './asymmetric.js';
import { bagOfNgrams } from './bag-of-n-grams.js';
import { biasLoss } from './bias.js';
import { compSum, crossEntropy, generalizedCrossEntropy, meanAbsoluteError, sumExponential } from './comp-sum.js';
import { confidencePenalty } from './confidence-penalty.js';
import { directCoverage } from './dco.js';
import { editInvariant } from './eisl.js';
import { focal } from './focal.js';
import { hlGauss } from './hl-gauss.js';
import { hyperbolicCrossEntropy, hyperbolicPairwiseConfusion } from './hyperbolic.js';
import { l2Svm } from './l2-svm.js';
import { labelSmoothing } from './label-smoothing.js';
import { ldrK, ldrKl } from './ldr.js';
import { lossTruncation } from './loss-truncation.js';
import { crammerSinger, topKCrossEntropy, topKHinge, westonWatkins } from './multiclass-hinge.js';
import {
  asymmetricGce,
  asymmetricUnhinged,
  brier,
  jensenShannon,
  nceAgce,
  nceAul,
  nceRce,
  normalizedCrossEntropy,
  reverseCrossEntropy,
  symmetricCrossEntropy,
  truncatedGce,
} from './noise-robust.js';
import { mart } from './mart.js';
import { poly1 } from './poly.js';
import { prunedGce } from './pruned-gce.js';
import { dcoSequence, dcoStepwise, tokenCrossEntropy } from './sequence-cross-entropy.js';
import { smoothAdversarialCompSum } from './smooth-adversarial.js';
import { trades } from './trades.js';
import { c51, histogramMse, twoHot } from './two-hot.js';

export default definePlugin({
  name: '@surprisal/losses',
  kinds: [
    {
      name: 'loss',
      summary: 'Logits [batch, classes] and labels to a loss per example [batch], in nats.',
      usual: [
        'cross-entropy',
        'label-smoothing',
        'focal',
        'generalized-cross-entropy',
        'symmetric-cross-entropy',
        'mean-absolute-error',
      ],
    },
    {
      name: 'adversarial-loss',
      summary: 'Clean logits, perturbed logits and labels to a loss per example [batch], in nats.',
    },
    {
      name: 'feature-loss',
      summary: 'Logits, labels and the features [batch, ...] behind them to a loss per example [batch], in nats.',
    },
    {
      name: 'value-loss',
      summary:
        'Logits of bins [..., bins] and numbers [...] to a loss per number [...]; encodes numbers, decodes logits.',
    },
    {
      name: 'sequence-loss',
      summary:
        'Logits [batch, positions, vocabulary] and tokens [batch, length] to a loss per sequence [batch], in nats.',
    },
    {
      name: 'hyperbolic-loss',
      summary: 'Points in the Poincaré ball [batch, d], labels and hyperplanes to a loss per example [batch], in nats.',
    },
    { name: 'embedding-loss', summary: 'Embeddings [batch, d] to a loss per pair.' },
  ],
  methods: [
    crossEntropy,
    compSum,
    generalizedCrossEntropy,
    sumExponential,
    meanAbsoluteError,
    labelSmoothing,
    confidencePenalty,
    focal,
    poly1,
    directCoverage,
    ldrKl,
    ldrK,
    aldrKl,
    symmetricCrossEntropy,
    reverseCrossEntropy,
    truncatedGce,
    prunedGce,
    brier,
    normalizedCrossEntropy,
    asymmetricGce,
    asymmetricUnhinged,
    nceRce,
    nceAgce,
    nceAul,
    jensenShannon,
    crammerSinger,
    westonWatkins,
    topKHinge,
    topKCrossEntropy,
    l2Svm,
    asymmetric,
    smoothAdversarialCompSum,
    trades,
    mart,
    biasLoss,
    hlGauss,
    twoHot,
    c51,
    histogramMse,
    tokenCrossEntropy,
    dcoSequence,
    dcoStepwise,
    editInvariant,
    bagOfNgrams,
    lossTruncation,
    hyperbolicCrossEntropy,
    hyperbolicPairwiseConfusion,
  ],
});
