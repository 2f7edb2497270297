import { byId, el } from '../../dom.js';
import type { Fitted, Intervals } from './messages.js';
import { amount } from './scaling-figures.js';

/** `hoffmannUnrounded` as `hoffmann unrounded (published)` */
const inWords = (paper: string) => `${paper.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} (published)`;

/** The fitted constants as a table, with intervals once there are some; and what the runs cannot tell, said plainly. */
export function showFit({ parameters, published, warnings, n }: Fitted, intervals?: Intervals): void {
  const papers = Object.keys(published);
  const heads = ['', 'fit', '95% interval', ...papers.map(inWords), 'what it is'];
  const rows = parameters.map(({ name, value, told, description }) => {
    const interval = intervals?.of[name];
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, name),
      el('td', {}, told ? amount(value) : `${amount(value)} (not told by the runs)`),
      el('td', {}, interval ? `${amount(interval[0])} to ${amount(interval[1])}` : '–'),
      ...papers.map((paper) => el('td', {}, amount(published[paper]![name]!))),
      el('td', { class: 'words' }, description),
    );
  });
  byId('parameters').replaceChildren(
    el(
      'table',
      { class: 'numbers' },
      el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
      el('tbody', {}, ...rows),
    ),
  );
  showWarnings(
    parameters.filter(({ told }) => !told).map(({ name }) => name),
    warnings,
    n,
  );
}

function showWarnings(untold: readonly string[], warnings: readonly string[], n: number): void {
  const plain = `Not identifiable: these ${n} runs do not tell ${untold.join(', ')}. Other values fit as well; do not read them, and do not extrapolate.`;
  byId('warnings').replaceChildren(
    ...(untold.length > 0 ? [el('p', {}, el('strong', {}, plain))] : []),
    ...(warnings.length > 0 ? [el('ul', {}, ...warnings.map((warning) => el('li', {}, `${warning}.`)))] : []),
  );
}
