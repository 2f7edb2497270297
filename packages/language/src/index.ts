export * from './bpe.js';
export * from './tokenizer.js';
