import { definePlugin } from '@surprisal/core';
import { beamSearch, diverseBeamSearch, greedySearch } from './beam-search.js';
import { contrastiveSearch } from './contrastive-search.js';
import { enhancedTopP } from './enhanced-top-p.js';
import { greedy } from './greedy.js';
import { minP } from './min-p.js';
import { mirostat } from './mirostat.js';
import { temperature } from './temperature.js';
import { topK } from './top-k.js';
import { topP } from './top-p.js';

export default definePlugin({
  name: '@surprisal/decoding',
  kinds: [
    { name: 'sampler', summary: 'Next-token logits to a token, with a memory of the tokens before.' },
    { name: 'search', summary: 'A model of next tokens and a prompt to the sequences found, best first.' },
  ],
  methods: [
    greedy,
    temperature,
    topK,
    topP,
    minP,
    mirostat,
    greedySearch,
    beamSearch,
    diverseBeamSearch,
    contrastiveSearch,
    enhancedTopP,
  ],
});
