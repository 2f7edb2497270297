import { definePlugin } from '@surprisal/core';
import { blocks } from './blocks.js';
import { bpe } from './bpe.js';
import { kneserNey } from './kneser-ney.js';
import { lzw } from './lzw.js';
import { markov } from './markov.js';
import { ngram, unigram } from './ngram.js';
import { sequentialBpe } from './sequential-bpe.js';
import { switching } from './switching.js';
import { unigramLm } from './unigram-lm.js';

export default definePlugin({
  name: '@surprisal/language',
  kinds: [
    { name: 'tokenizer', summary: 'A text or symbols to a vocabulary with its encoders and decoder.' },
    { name: 'language-model', summary: 'Tokens to the law of the next token, in nats.' },
    { name: 'source', summary: 'Random symbols whose entropies are known.' },
  ],
  methods: [bpe, lzw, sequentialBpe, unigramLm, blocks, kneserNey, ngram, unigram, switching, markov],
});
