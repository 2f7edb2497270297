import type { Fields } from '../../lab/address.js';
import type { Chosen } from '../../lab/chosen.js';
import { choice, integer, method, seed, text } from '../../lab/fields.js';
import { type Side, offeredTo } from '../../lab/sides.js';
import type { CatalogueMethod } from '../../methods/catalogue.js';

/** What is written, always shown. */
export const task = {
  prompt: text('Call me Ishmael. ', 'what all samplers go on from'),
  length: integer(250, { minimum: 20, maximum: 1000, step: 10, description: 'tokens to write' }),
  seed,
};

/** The language model, under "More settings". */
export const model = {
  size: integer(2048, { minimum: 300, maximum: 4096, step: 4, description: 'tokens of the BPE vocabulary' }),
  order: integer(5, {
    minimum: 1,
    maximum: 6,
    description: 'tokens in a row that are counted: the model sees one fewer',
  }),
  learn: choice(['quarter', 'half', 'all'], 'how much of Moby-Dick the model has read'),
};

/** Shares of the book. */
export const PARTS = { quarter: 0.25, half: 0.5, all: 1 } as const;

export type ModelState = Readonly<{ size: number; order: number; learn: keyof typeof PARTS }>;

/** All that the decoding lab shows. */
export type DecodingState = Readonly<Record<Side, Chosen> & { prompt: string; length: number; seed: number }> &
  ModelState;

/** The samplers to choose from: the seed is the lab's, the same for all of them. */
export const samplersOf = (methods: readonly CatalogueMethod[]): CatalogueMethod[] =>
  methods
    .filter(({ kind }) => kind === 'sampler')
    .map((one) => ({ ...one, params: one.params.filter(({ name }) => name !== 'seed') }));

export const fieldsOf = (samplers: readonly CatalogueMethod[]): Fields<DecodingState> => ({
  a: method(samplers, { name: 'greedy', params: {} }),
  b: method(samplers, { name: 'mirostat', params: { tau: 4 } }),
  c: method(offeredTo('c', samplers), { name: 'top-p', params: { p: 0.95 } }),
  ...task,
  ...model,
});
