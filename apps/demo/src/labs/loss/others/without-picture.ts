import catalogue from 'virtual:surprisal-catalogue';
import { el } from '../../../dom.js';

/** Kinds of losses that are drawn. */
const DRAWN = ['loss', 'adversarial-loss', 'value-loss'];

/** The losses that have no picture here, a line for each kind, with what they are functions of. */
export function withoutPicture(): HTMLElement {
  const kinds = catalogue.kinds.filter(({ name }) => name.endsWith('-loss') && !DRAWN.includes(name));
  const lines = kinds.flatMap(({ name, summary }) => {
    const methods = catalogue.methods.filter(({ kind }) => kind === name).map((method) => method.name);
    return methods.length > 0 ? [el('li', {}, el('b', {}, methods.join(', ')), `: ${summary}`)] : [];
  });
  return el('ul', {}, ...lines);
}
