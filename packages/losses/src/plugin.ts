import { definePlugin } from '@surprisal/core';
import { aldrKl } from './aldr.js';
import { compSum, crossEntropy, generalizedCrossEntropy, meanAbsoluteError, sumExponential } from './comp-sum.js';
import { focal } from './focal.js';
import { labelSmoothing } from './label-smoothing.js';
import { ldrK, ldrKl } from './ldr.js';
import { smoothAdversarialCompSum } from './smooth-adversarial.js';

export default definePlugin({
  name: '@surprisal/losses',
  kinds: [
    { name: 'loss', summary: 'Logits [batch, classes] and labels to a loss per example [batch], in nats.' },
    {
      name: 'adversarial-loss',
      summary: 'Clean logits, perturbed logits and labels to a loss per example [batch], in nats.',
    },
  ],
  methods: [
    crossEntropy,
    compSum,
    generalizedCrossEntropy,
    sumExponential,
    meanAbsoluteError,
    labelSmoothing,
    focal,
    ldrKl,
    ldrK,
    aldrKl,
    smoothAdversarialCompSum,
  ],
});
