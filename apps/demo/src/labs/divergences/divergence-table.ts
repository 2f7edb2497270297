import type { Cell } from '../../charts/numbers.js';
import { el } from '../../dom.js';
import { type Chosen, nameOf } from '../../lab/chosen.js';
import { type ControlValue, control, hasControl } from '../../lab/controls.js';
import { formula } from '../../methods/formula.js';
import type { CatalogueMethod } from '../../methods/catalogue.js';
import type { Measured } from './messages.js';
import { type DivergenceKind, type DivergenceState, KINDS, kinds } from './settings.js';

type Change = (kind: DivergenceKind, name: string, params: Chosen['params']) => void;

/** All divergences, a row each: what it is, its parameters, and its value both ways. */
export class DivergenceTable {
  readonly element: HTMLElement;
  readonly #rows = new Map<string, Row>();

  constructor(methods: readonly CatalogueMethod[], changed: Change) {
    const bodies = kinds.map((kind) => {
      const rows = methods
        .filter((one) => one.kind === kind)
        .map((one) => {
          const row = new Row(one, (params) => changed(kind, one.name, params));
          this.#rows.set(keyOf({ kind, name: one.name }), row);
          return row.element;
        });
      return el('tbody', {}, el('tr', {}, el('th', { scope: 'rowgroup', colspan: 4 }, KINDS[kind])), ...rows);
    });
    const heads = ['divergence', 'P to Q', 'Q to P', 'unit'].map((head) => el('th', { scope: 'col' }, head));
    const head = el('thead', {}, el('tr', {}, ...heads));
    this.element = el('table', { class: 'divergences' }, head, ...bodies);
  }

  /** Shows the parameters of a state. */
  show(state: DivergenceState): void {
    for (const row of this.#rows.values()) {
      const { kind, name } = row.method;
      row.setParams(state[kind as DivergenceKind][name] ?? {});
    }
  }

  /** Marks what was measured of other distributions than those of a run. */
  age(run: number): void {
    for (const row of this.#rows.values()) row.age(run);
  }

  take(values: readonly Measured[], run: number): void {
    for (const measured of values) this.#rows.get(keyOf(measured))?.take(measured, run);
  }

  /** All numbers as rows, the first of which names the columns. */
  rows(): Cell[][] {
    return [['kind', 'divergence', 'P to Q', 'Q to P', 'unit'], ...[...this.#rows.values()].map((row) => row.cells)];
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The first of them, in words. */
  get words(): string {
    return [...this.#rows.values()][0]?.words ?? '';
  }
}

const keyOf = ({ kind, name }: Pick<Measured, 'kind' | 'name'>) => `${kind}/${name}`;

class Row {
  readonly element: HTMLElement;
  readonly #title = el('summary', {});
  readonly #numbers = [el('td', {}), el('td', {})] as const;
  readonly #unit = el('td', {});
  readonly #problem = el('small', { class: 'problem' });
  readonly #controls = el('div', {});
  #params: Chosen['params'] = {};
  #both: Measured['both'] = [NaN, NaN];
  #run = 0;

  constructor(
    readonly method: CatalogueMethod,
    private readonly changed: (params: Chosen['params']) => void,
  ) {
    const { kind, name, summary, formula: text } = method;
    const about = el('p', { class: 'hint' }, summary);
    const details = el('details', {}, this.#title, about, text ? formula(text) : undefined, this.#controls);
    const title = el('th', { scope: 'row' }, details, this.#problem);
    this.element = el('tr', { 'data-divergence': `${kind}/${name}` }, title, ...this.#numbers, this.#unit);
  }

  setParams(params: Chosen['params']): void {
    this.#take(params);
    const controls = this.method.params.filter(hasControl).map((param) => {
      const id = `${this.method.kind}-${this.method.name}-${param.name}`;
      const value = params[param.name] ?? (param.default as ControlValue);
      return control(id, param, value, (given) => {
        this.#take({ ...this.#params, [param.name]: given });
        this.changed(this.#params);
      });
    });
    this.#controls.replaceChildren(...controls);
  }

  #take(params: Chosen['params']): void {
    this.#params = params;
    this.#title.textContent = nameOf({ name: this.method.name, params });
  }

  age(run: number): void {
    this.element.classList.toggle('aged', this.#run !== run);
  }

  take({ both, unit, problem = '' }: Measured, run: number): void {
    this.#run = run;
    this.age(run);
    this.#both = both;
    both.forEach((value, i) => (this.#numbers[i]!.textContent = written(value)));
    this.#unit.textContent = unit;
    this.#problem.textContent = problem;
  }

  get cells(): Cell[] {
    const numbers = this.#both.map((value) => (Number.isNaN(value) ? '' : value));
    return [this.method.kind, this.#title.textContent, ...numbers, this.#unit.textContent];
  }

  get words(): string {
    const [there, back] = this.#numbers.map(({ textContent }) => textContent);
    return `${this.method.name}: ${there} from P to Q, ${back} from Q to P (${this.#unit.textContent}).`;
  }
}

/** With four digits; what is too small to be more than rounding is 0. */
export function written(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (Math.abs(value) < 5e-7) return '0';
  return Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toPrecision(4);
}
