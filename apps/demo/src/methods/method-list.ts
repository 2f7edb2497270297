import { type Paper, type ParamInfo, cite, rangeOf } from '@surprisal/core';
import { el } from '../dom.js';
import { formula } from './formula.js';
import type { Catalogue, CatalogueMethod } from './catalogue.js';

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

function card(method: CatalogueMethod): HTMLElement {
  const { name, summary, params, paper } = method;
  return el(
    'article',
    { class: 'card', 'data-method': name },
    el('h4', {}, name),
    el('p', {}, summary),
    method.formula ? formula(method.formula) : undefined,
    params.length > 0 && parameters(name, params),
    paperLink(paper),
  );
}

function parameters(method: string, params: readonly ParamInfo[]): HTMLElement {
  const heads = ['parameter', 'default', 'range; what it does'].map((title) => el('th', { scope: 'col' }, title));
  const rows = params.map((param) =>
    el(
      'tr',
      {},
      el('td', {}, param.name),
      el('td', {}, JSON.stringify(param.default) ?? ''),
      el('td', {}, [rangeOf(param), param.description].filter(Boolean).join('; ')),
    ),
  );
  const label = `parameters of ${method}`;
  const table = el('table', {}, el('thead', {}, el('tr', {}, ...heads)), el('tbody', {}, ...rows));
  return el(
    'details',
    {},
    el('summary', { 'aria-label': label }, 'Parameters'),
    el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': label }, table),
  );
}

const paperLink = (paper: Paper | undefined) =>
  paper &&
  el(
    'p',
    { class: 'source' },
    `Paper ${paper.number}: `,
    el('a', { href: `https://arxiv.org/abs/${paper.arxiv}`, rel: 'noopener' }, paper.title),
    `, ${cite(paper)}`,
  );
