import { goldens } from '@surprisal/testing';
import { bpe } from './bpe.js';
import { lzw } from './lzw.js';
import { unigram } from './ngram.js';
import { lossPerCharacter } from './theory.js';
import type { Tokenizer } from './tokenizer.js';
import { markov } from './markov.js';
import { blockLoss, unigramTokenBound } from './theory.js';
import { switching, switchingEntropyRate } from './switching.js';
import { symbols } from './alphabet.js';
import { createTokenizer } from './create-tokenizer.js';

goldens(import.meta.url, '23-tokenization-theory', {
  switchingSourceEntropy({ params, expected }) {
    const source = switching(params.k === undefined ? {} : { k: params.k, p: params.p, q: params.q });
    return {
      H_inf: source.entropyRate,
      H_unigram: source.unigramEntropy,
      stationary: source.symbolLaw,
      ratio: source.unigramEntropy / source.entropyRate,
      closed_form_H_inf: switchingEntropyRate(params),
      ...('block_token_loss_r_1_2_3_5' in expected && {
        block_token_loss_r_1_2_3_5: Float64Array.of(1, 2, 3, 5).map((r) => blockLoss(source, r)),
      }),
    };
  },
  markovSource({ inputs, params, expected }) {
    const { transition, uniform } = inputs;
    const source = markov({
      order: params.k,
      alphabet: params.alphabet,
      transition: Array.from<number>(transition.data),
    });
    let drawn = 0;
    const sequence = source.generate(expected.sequence.data.length, { uniform: () => uniform.data[drawn++] });
    return {
      stationary_contexts: source.contextLaw,
      stationary_symbols: source.symbolLaw,
      H_inf: source.entropyRate,
      H_unigram: source.unigramEntropy,
      H_context: source.contextEntropy,
      sequence,
      loglik_bits_per_symbol: -source.logLikelihood(sequence) / sequence.length / Math.LN2,
      delta_min: source.smallestTransition,
    };
  },
  tokeniseAndScore({ inputs, params }) {
    const alphabetSize: number = params.alphabet;
    const size: number = params.dictionary_size;
    const [train, test]: [Int32Array, Int32Array] = [inputs.train.data, inputs.test.data];
    const byPairs = bpe({ size }).train(train, { alphabetSize });
    const byPrefixes = lzw({ size }).train(train, { alphabetSize });
    const single = createTokenizer({ method: 'single', alphabet: symbols(alphabetSize), pretokenize: 'none' });
    const fit = (tokenizer: Tokenizer, alpha: number) =>
      unigram({ alpha }).train(tokenizer.encode(train), { vocabularySize: tokenizer.size });
    const onTrain = (tokenizer: Tokenizer) => lossPerCharacter(tokenizer, fit(tokenizer, 0), train);
    const onTest = (tokenizer: Tokenizer) => lossPerCharacter(tokenizer, fit(tokenizer, params.smoothing_test), test);
    const logProbs = fit(byPairs, params.smoothing_test).logits([], new Float64Array(byPairs.size));
    const viterbi = byPairs.encode(test, { encoder: 'viterbi', logProbs });
    return {
      lzw_dictionary: byPrefixes.vocabulary,
      lzw_greedy_train: byPrefixes.encode(train),
      bpe_merges: Int32Array.from(byPairs.merges!.flat()),
      bpe_dictionary: byPairs.vocabulary,
      bpe_encoding_train: byPairs.encode(train),
      bpe_greedy_train: byPairs.encode(train, { encoder: 'greedy' }),
      loss_lzw_train_mle: onTrain(byPrefixes),
      loss_bpe_train_mle: onTrain(byPairs),
      loss_lzw_test: onTest(byPrefixes),
      loss_bpe_test: onTest(byPairs),
      loss_characters_test: onTest(single),
      min_tokens_bpe_test: byPairs.encode(test, { encoder: 'minimal' }).length,
      viterbi_loglik_bpe_test: viterbi.reduce((sum, token) => sum + logProbs[token]!, 0),
      marginal_loglik_bpe_test: byPairs.logMarginal(test, logProbs),
    };
  },
  unigramTokenBound({ inputs }) {
    const bounds = Array.from<number, ReturnType<typeof unigramTokenBound>>(inputs.H_inf.data, (entropyRate, i) =>
      unigramTokenBound({ entropyRate, smallestTransition: inputs.delta.data[i] }, inputs.d.data[i]),
    );
    return { epsilon: bounds.map(({ epsilon }) => epsilon), bound: bounds.map(({ bound }) => bound) };
  },
});
