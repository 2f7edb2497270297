export {
  type Alphabet,
  type AlphabetJson,
  alphabetFromJson,
  bytes,
  bytesInOrder,
  characters,
  symbols,
} from './alphabet.js';
export * from './blocks.js';
export * from './bpe.js';
export { type TokenizerParts, type Vocabulary, createTokenizer } from './create-tokenizer.js';
export * from './huggingface.js';
export * from './kneser-ney.js';
export * from './language-model.js';
export * from './lzw.js';
export * from './markov.js';
export * from './ngram.js';
export * from './pretokenize.js';
export * from './sequential-bpe.js';
export * from './source.js';
export * from './switching.js';
export * from './text-model.js';
export * from './theory.js';
export * from './tokenizer.js';
export * from './tokenizer-json.js';
export { type Training, type TrainingProgress, type TrainingText, type Writing, finish } from './training.js';
export * from './unigram-lm.js';
