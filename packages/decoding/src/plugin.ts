import { definePlugin } from '@surprisal/core';
import { adaptiveP } from './adaptive-p.js';
import { beamSearch, diverseBeamSearch, greedySearch } from './beam-search.js';
import { contrastiveSearch } from './contrastive-search.js';
import { argmaxUtility, lengthNormalised, minimumBayesRisk, sampleDecision } from './decision-rules.js';
import { defaultChain } from './default-chain.js';
import { dry } from './dry.js';
import { dynamicTemperature } from './dynamic-temperature.js';
import { enhancedTopP } from './enhanced-top-p.js';
import { epsilon } from './epsilon.js';
import { eta } from './eta.js';
import { greedy } from './greedy.js';
import { logitBias } from './logit-bias.js';
import { mask } from './mask.js';
import { minP } from './min-p.js';
import { mirostat } from './mirostat.js';
import { noRepeatNgram } from './no-repeat-ngram.js';
import { penalties } from './penalties.js';
import { tailFree } from './tail-free.js';
import { temperature } from './temperature.js';
import { topK } from './top-k.js';
import { topNSigma } from './top-n-sigma.js';
import { topP } from './top-p.js';
import { typical } from './typical.js';
import { gibbs } from './utility-gibbs.js';
import { isotonicTransform } from './utility-isotonic.js';
import { pairwise } from './utility-pairwise.js';
import { rankTransform } from './utility-rank.js';
import { xtc } from './xtc.js';

export default definePlugin({
  name: '@surprisal/decoding',
  kinds: [
    {
      name: 'sampler',
      summary: 'Next-token logits to a token, with a memory of the tokens before.',
      usual: ['greedy', 'temperature', 'top-k', 'top-p', 'min-p', 'mirostat'],
    },
    { name: 'search', summary: 'A model of next tokens and a prompt to the sequences found, best first.' },
    { name: 'utility-transform', summary: 'Utilities of candidates to probabilities, fitted to observed choices.' },
    { name: 'decision-rule', summary: 'Utilities, probabilities and gains of candidates to the one chosen.' },
  ],
  methods: [
    greedy,
    temperature,
    dynamicTemperature,
    topK,
    topP,
    minP,
    typical,
    epsilon,
    eta,
    tailFree,
    topNSigma,
    xtc,
    dry,
    penalties,
    noRepeatNgram,
    logitBias,
    mask,
    adaptiveP,
    mirostat,
    defaultChain,
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
