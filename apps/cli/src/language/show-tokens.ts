import type { Output } from '../output.js';

/** A token as it is shown. */
export interface ShownToken {
  readonly id: number;
  /** As its vocabulary shows it: bytes that are no whole characters as `<0xE2>`. */
  readonly text: string;
}

/** More are counted, and shown by `--json`. */
const SHOWN = 400;

/** A text as it is; characters beyond ASCII by their numbers, `\u{e9}`, when they are not wanted. */
export const plainText = (text: string, ascii: boolean): string =>
  ascii ? text.replace(/\P{ASCII}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`) : text;

/** A token's text with what cannot be seen: spaces as a dot, ends of lines as an arrow; in ASCII as `_` and `\n`. */
export function showToken(text: string, ascii = false): string {
  const [space, line, tab] = ascii ? ['_', '\\n', '\\t'] : ['·', '↵', '⇥'];
  const seen = text.replaceAll(' ', space!).replaceAll('\n', line!).replaceAll('\t', tab!).replaceAll('\r', '\\r');
  return plainText(seen, ascii);
}

/** Tokens with a bar between them, and in two colours by turns; their ids below. */
export function showTokens(output: Output, tokens: readonly ShownToken[]): void {
  const { dim, cyan } = output.colors;
  const bar = dim(output.ascii ? '|' : '│');
  const shown = tokens.slice(0, SHOWN);
  const left = tokens.length - shown.length;
  const paint = (text: string, i: number) => (i % 2 === 0 ? text : cyan(text));
  const texts = shown.map(({ text }, i) => paint(showToken(text, output.ascii), i));
  output.print(texts.join(bar) + (left > 0 ? dim(` ... ${left} more`) : ''));
  output.print(dim(`ids ${shown.map(({ id }) => id).join(' ')}${left > 0 ? ' ...' : ''}`));
}
