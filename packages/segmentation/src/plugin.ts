import { definePlugin } from '@surprisal/core';
import { dice } from './dice.js';
import { pixelCrossEntropy } from './pixel-cross-entropy.js';
import { ceDice, softDice, tversky } from './tversky.js';

export default definePlugin({
  name: '@surprisal/segmentation',
  kinds: [
    {
      name: 'segmentation-loss',
      summary: 'Logits [batch, height, width, classes] and masks [batch, height, width] to one number.',
    },
    { name: 'segmentation-metric', summary: 'Predicted and true masks [batch, height, width] to a number per image.' },
  ],
  methods: [pixelCrossEntropy, softDice, tversky, ceDice, dice],
});
