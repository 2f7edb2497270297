import { el } from '../dom.js';

/** `_y`, `^2`, `^(τ−1)`, `_{t−k}`: what is set lower or higher, in brackets or up to the next sign. */
const SCRIPT = /([_^])(?:\(((?:[^()]|\([^()]*\))*)\)|\{([^{}]*)\}|([\p{L}\p{N}′]+))/gu;

/** A formula, written as in docstrings, with its indices and powers set as such. */
export function formula(text: string): HTMLElement {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const match of text.matchAll(SCRIPT)) {
    const [all, sign, inBrackets, inBraces, plain = ''] = match;
    parts.push(text.slice(end, match.index), el(sign === '_' ? 'sub' : 'sup', {}, inBrackets ?? inBraces ?? plain));
    end = match.index + all.length;
  }
  return el('p', { class: 'formula' }, ...parts, text.slice(end));
}
