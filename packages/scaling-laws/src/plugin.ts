import { definePlugin } from '@surprisal/core';
import { powerLaw } from './power-law.js';

export default definePlugin({
  name: '@surprisal/scaling-laws',
  kinds: [{ name: 'scaling-law', summary: 'Numbers to a number.' }],
  methods: [powerLaw],
});
