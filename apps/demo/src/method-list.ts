import { type Paper, cite, rangeOf } from '@surprisal/core';
import type { Catalogue, CatalogueMethod } from './catalogue.js';
import { el } from './dom.js';

/** All kinds and methods, with their formulas, parameters and papers. */
export function methodList({ kinds, methods, studies }: Catalogue): HTMLElement {
  const sections = kinds.map(({ name, summary }) => {
    const cards = methods.filter((method) => method.kind === name).map(card);
    return el(
      'section',
      { 'aria-labelledby': `kind-${name}` },
      el('h3', { id: `kind-${name}` }, name),
      el('p', {}, summary),
      el('div', { class: 'cards' }, ...cards),
    );
  });
  const reproduced = studies.map(({ name, summary, paper }) =>
    el('article', { class: 'card' }, el('h4', {}, name), el('p', {}, summary), paperLink(paper)),
  );
  return el(
    'div',
    {},
    ...sections,
    el('section', {}, el('h3', {}, 'studies'), el('div', { class: 'cards' }, ...reproduced)),
  );
}

function card({ name, summary, formula, paper, params }: CatalogueMethod): HTMLElement {
  const rows = params.map((param) =>
    el(
      'tr',
      {},
      el('td', {}, param.name),
      el('td', {}, JSON.stringify(param.default) ?? ''),
      el('td', {}, [rangeOf(param), param.description].filter(Boolean).join('; ')),
    ),
  );
  const table = el(
    'table',
    {},
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        ...['parameter', 'default', 'range; what it does'].map((title) => el('th', { scope: 'col' }, title)),
      ),
    ),
    el('tbody', {}, ...rows),
  );
  return el(
    'article',
    { class: 'card', 'data-method': name },
    el('h4', {}, name),
    el('p', {}, summary),
    formula ? el('p', { class: 'formula' }, formula) : undefined,
    rows.length > 0 &&
      el(
        'details',
        {},
        el('summary', { 'aria-label': `parameters of ${name}` }, 'Parameters'),
        el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': `parameters of ${name}` }, table),
      ),
    paperLink(paper),
  );
}

const paperLink = (paper: Paper | undefined) =>
  paper &&
  el(
    'p',
    { class: 'paper' },
    `Paper ${paper.number}: `,
    el('a', { href: `https://arxiv.org/abs/${paper.arxiv}`, rel: 'noopener' }, paper.title),
    `, ${cite(paper)}`,
  );
