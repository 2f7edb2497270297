import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { progress } from '@surprisal/core';
import {
  type Tokenizer,
  type TokenizerJson,
  type TokenizerTrainer,
  finish,
  tokenizerFromJson,
} from '@surprisal/language';
import { cached } from '../cache.js';
import type { NamedMethod } from '../method-text.js';
import type { ProgressView } from '../terminal/progress.js';

/** A text in the tokens that were learned from it. */
export interface Tokenized {
  readonly tokenizer: Tokenizer;
  readonly tokens: Int32Array;
}

/**
 * Learns a tokenizer from a text and encodes the text, or takes both from the cache. What is counted over the tokens is not kept: it
 * is made faster than it would be read.
 */
export function tokenized(text: string, { method, params }: NamedMethod, view: ProgressView): Tokenized {
  const trainer = method(params) as TokenizerTrainer;
  const { version } = createRequire(import.meta.url)('@surprisal/language/package.json') as { version: string };
  const hash = createHash('sha256').update(text).digest('hex');
  return cached<Tokenized>({
    name: 'tokenizer',
    key: { form: 1, version, method: method.info.name, params, hash },
    make() {
      const tokenizer = finish(trainer.training(text), ({ step, of, label }) => view.event(progress(step, of, label)));
      return { tokenizer, tokens: tokenizer.encode(text) };
    },
    write: ({ tokenizer, tokens }) =>
      JSON.stringify({ tokenizer, tokens: Buffer.from(tokens.buffer).toString('base64') }),
    read(bytes) {
      const kept = JSON.parse(bytes.toString()) as { tokenizer: TokenizerJson; tokens: string };
      const packed = Uint8Array.from(Buffer.from(kept.tokens, 'base64'));
      return { tokenizer: tokenizerFromJson(kept.tokenizer), tokens: new Int32Array(packed.buffer) };
    },
  });
}
