import { definePlugin } from '@surprisal/core';
import { cnn } from './cnn.js';
import { mlp } from './mlp.js';

export default definePlugin({
  name: '@surprisal/nn',
  kinds: [
    {
      name: 'model',
      summary: 'A TensorFlow.js LayersModel from inputs [batch, ...inputShape] to logits [batch, classes].',
    },
  ],
  methods: [mlp, cnn],
});
