import { definePlugin } from '@surprisal/core';
import { greedy } from './greedy.js';

export default definePlugin({
  name: '@surprisal/decoding',
  kinds: [{ name: 'sampler', summary: 'Numbers to a number.' }],
  methods: [greedy],
});
