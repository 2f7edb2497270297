import { definePlugin } from '@surprisal/core';
import { beamSearch, diverseBeamSearch, greedySearch } from './beam-search.js';
import { contrastiveSearch } from './contrastive-search.js';
import { argmaxUtility, lengthNormalised, minimumBayesRisk, sampleDecision } from './decision-rules.js';
import { enhancedTopP } from './enhanced-top-p.js';
import { greedy } from './greedy.js';
import { minP } from './min-p.js';
import { mirostat } from './mirostat.js';
import { temperature } from './temperature.js';
import { topK } from './top-k.js';
import { topP } from './top-p.js';
import { gibbs } from './utility-gibbs.js';
import { isotonicTransform } from './utility-isotonic.js';
import { pairwise } from './utility-pairwise.js';
import { rankTransform } from './utility-rank.js';

export default definePlugin({
  name: '@surprisal/decoding',
  kinds: [
    { name: 'sampler', summary: 'Next-token logits to a token, with a memory of the tokens before.' },
    { name: 'search', summary: 'A model of next tokens and a prompt to the sequences found, best first.' },
    { name: 'utility-transform', summary: 'Utilities of candidates to probabilities, fitted to observed choices.' },
    { name: 'decision-rule', summary: 'Utilities, probabilities and gains of candidates to the one chosen.' },
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
    gibbs,
    rankTransform,
    isotonicTransform,
    pairwise,
    argmaxUtility,
    lengthNormalised,
    sampleDecision,
    minimumBayesRisk,
  ],
});
