import { definePlugin } from '@surprisal/core';
import { bettiError, localBettiError } from './betti-error.js';
import { clDice } from './cl-dice.js';
import { dice } from './dice.js';
import { boundary, regionWise } from './distance-maps.js';
import { hausdorff } from './hausdorff.js';
import { pixelCrossEntropy } from './pixel-cross-entropy.js';
import { skeletonRecall } from './skeleton-recall.js';
import { softClDice } from './soft-cl-dice.js';
import { topoLoss } from './topo-loss.js';
import { ceDice, softDice, tversky } from './tversky.js';
import { warpingLoss } from './warping-loss.js';

export default definePlugin({
  name: '@surprisal/segmentation',
  kinds: [
    {
      name: 'segmentation-loss',
      summary: 'Logits [batch, height, width, classes] and masks [batch, height, width] to one number.',
    },
    { name: 'segmentation-metric', summary: 'Predicted and true masks [batch, height, width] to a number per image.' },
  ],
  methods: [
    pixelCrossEntropy,
    softDice,
    ceDice,
    tversky,
    softClDice,
    skeletonRecall,
    regionWise,
    boundary,
    topoLoss,
    warpingLoss,
    dice,
    clDice,
    hausdorff,
    bettiError,
    localBettiError,
  ],
});
