import { definePlugin } from '@surprisal/core';
import { bpe } from './bpe.js';

export default definePlugin({
  name: '@surprisal/language',
  kinds: [{ name: 'tokenizer', summary: 'Numbers to a number.' }],
  methods: [bpe],
});
