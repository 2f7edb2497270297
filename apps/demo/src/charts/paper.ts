import { el } from '../dom.js';

/** Takes something in the light colours of the style sheet, whatever the page shows now: for files. */
export function onPaper<T>(take: (colour: (name: string) => string) => T): T {
  const paper = el('div', { class: 'on-paper' });
  document.body.append(paper);
  const style = getComputedStyle(paper);
  const taken = take((name) => style.getPropertyValue(`--${name}`));
  paper.remove();
  return taken;
}
