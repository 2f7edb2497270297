/**
 * How a text is cut before it is tokenized; no token crosses a cut. `'none'`: not at all. `'words'`: into words with the space before them,
 * numbers, and runs of signs or of white space, as GPT-2 does (Radford et al.: Language Models are Unsupervised Multitask Learners, 2019).
 */
export type Pretokenize = 'none' | 'words';

const WORDS = /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/**
 * The pieces into which a text is cut; together they are the text.
 *
 * @example
 * console.log(pretokenize("It's 12 o'clock.", 'words')); // [ 'It', "'s", ' 12', ' o', "'", 'clock', '.' ]
 */
export function pretokenize(text: string, how: Pretokenize): string[] {
  if (how === 'none') return text === '' ? [] : [text];
  return text.match(WORDS) ?? [];
}
