import type { Cell } from '../../charts/numbers.js';
import { byId, el } from '../../dom.js';
import type { Coupled } from './messages.js';
import { COUPLINGS, type CouplingState } from './settings.js';

/** A joint distribution as a table whose cells are shaded by their mass. */
export class CouplingMatrix {
  readonly element = el('table', { class: 'matrix' });
  #joint: readonly (readonly number[])[] = [];

  show(coupled: Coupled, { x, y }: CouplingState): void {
    const { guarantee } = COUPLINGS.find(({ name }) => name === coupled.name)!;
    byId('guarantee').textContent = 'problem' in coupled ? coupled.problem : guarantee;
    this.#joint = 'problem' in coupled ? [] : coupled.joint;
    if ('problem' in coupled) return this.element.replaceChildren();
    const most = Math.max(...coupled.joint.flat());
    const heads = y.map((q, j) => el('th', { scope: 'col' }, `y${j + 1}`, el('small', {}, q.toFixed(2))));
    const rows = coupled.joint.map((cells, i) =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, `x${i + 1}`, el('small', {}, x[i]!.toFixed(2))),
        ...cells.map((mass) => cell(mass, most)),
      ),
    );
    const caption = el('caption', {}, `${coupled.name}: probability of each pair`);
    this.element.replaceChildren(
      caption,
      el('thead', {}, el('tr', {}, el('td', {}), ...heads)),
      el('tbody', {}, ...rows),
    );
  }

  /** The matrix as rows, the first of which names the columns. */
  rows(): Cell[][] {
    const heads = (this.#joint[0] ?? []).map((_, j) => `y${j + 1}`);
    return [['', ...heads], ...this.#joint.map((cells, i) => [`x${i + 1}`, ...cells])];
  }
}

const cell = (mass: number, most: number) =>
  el(
    'td',
    { style: `--share:${(mass / most).toFixed(3)}`, class: mass === 0 && 'empty' },
    mass === 0 ? '0' : short(mass),
  );

const short = (mass: number) => (mass < 0.0005 ? '<.001' : mass.toFixed(3).replace(/^0/, ''));
