import { definePlugin } from '@surprisal/core';
import { beamSearch, diverseBeamSearch, greedySearch } from './beam-search.js';
import { contrastiveSearch } from './contrastive-search.js';
import { enhancedTopP } from './enhanced-top-p.js';
import { greedy } from './greedy.js';

export default definePlugin({
  name: '@surprisal/decoding',
  kinds: [
    { name: 'sampler', summary: 'Numbers to a number.' },
    { name: 'search', summary: 'A model of next tokens and a prompt to the sequences found, best first.' },
  ],
  methods: [greedy, greedySearch, beamSearch, diverseBeamSearch, contrastiveSearch, enhancedTopP],
});
