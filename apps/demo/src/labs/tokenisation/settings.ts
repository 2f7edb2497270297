import type { Fields } from '../../lab/address.js';
import type { Chosen } from '../../lab/chosen.js';
import { integer, method, seed, text } from '../../lab/fields.js';
import { type Side, offeredTo } from '../../lab/sides.js';
import type { CatalogueMethod } from '../../methods/catalogue.js';

/** What stands for the book, and for a text of the visitor's own, among the sources. */
export const BOOK = 'moby-dick';
export const OWN = 'own-text';

export const OWN_TEXT = 'how much wood would a woodchuck chuck if a woodchuck could chuck wood';

export const dictionary = {
  size: integer(64, {
    minimum: 2,
    maximum: 4096,
    description: 'tokens of a dictionary, single characters included; at least as many as there are of those',
  }),
};

export const more = {
  length: integer(30_000, {
    minimum: 500,
    maximum: 200_000,
    step: 500,
    description: 'characters to learn from, and as many again to measure on',
  }),
  seed,
  cut: text('', 'a text to cut into tokens; empty: the beginning of what is measured on'),
};

/** All that the tokenisation lab shows. */
export type TokenisationState = Readonly<
  Record<Side, Chosen> & { source: Chosen; size: number; length: number; seed: number; cut: string }
>;

/** Sources of symbols, the book, and a text of one's own. */
export const sourcesOf = (methods: readonly CatalogueMethod[]): CatalogueMethod[] => [
  ...methods.filter(({ kind }) => kind === 'source'),
  { kind: 'source', name: BOOK, summary: 'Moby-Dick, from its beginning. Nobody knows its entropy rate.', params: [] },
  {
    kind: 'source',
    name: OWN,
    summary: 'A text of your own. It is learned from and measured on, so that losses are too small.',
    params: [{ name: 'text', type: 'text', description: 'type here', default: OWN_TEXT }],
  },
];

/** Parameters that are the lab's own, or that texts alone heed: here all texts are symbols. */
const HIDDEN = ['size', 'r', 'alphabet', 'byteFallback', 'pretokenize'];

export const tokenizersOf = (methods: readonly CatalogueMethod[]): CatalogueMethod[] =>
  methods
    .filter(({ kind }) => kind === 'tokenizer')
    .map((one) => ({ ...one, params: one.params.filter(({ name }) => !HIDDEN.includes(name)) }));

export function fieldsOf(methods: readonly CatalogueMethod[]): Fields<TokenisationState> {
  const tokenizers = tokenizersOf(methods);
  return {
    source: method(sourcesOf(methods), { name: 'switching', params: { k: 2, p: 0.95, q: 0.95 } }),
    a: method(tokenizers, { name: 'bpe', params: {} }),
    b: method(tokenizers, { name: 'lzw', params: {} }),
    c: method(offeredTo('c', tokenizers), { name: 'blocks', params: {} }),
    ...dictionary,
    ...more,
  };
}
