import { byId, el } from '../dom.js';
import type { CatalogueMethod } from '../methods/catalogue.js';
import { formula } from '../methods/formula.js';
import type { Chosen } from './chosen.js';
import { type ControlValue, control, hasControl } from './controls.js';

/** This many parameters are shown at once. */
const SHOWN = 3;

/** Where the method of one side is chosen: a menu, what the method is, and a control for each of its parameters. */
export class MethodPanel {
  #chosen: Chosen | undefined;
  #groupOf: ((name: string) => string) | undefined;

  /**
   * @param side of the element `side-SIDE`, which the panel fills
   * @param kind of the methods, as the label of the menu
   */
  constructor(
    readonly side: string,
    private readonly kind: string,
    private readonly methods: readonly CatalogueMethod[],
    private readonly changed: (chosen: Chosen) => void,
  ) {}

  /** Has the menu sort the methods under headings. */
  group(groupOf: (name: string) => string): void {
    this.#groupOf = groupOf;
  }

  show(chosen: Chosen): void {
    this.#chosen = chosen;
    const method = this.methods.find(({ name }) => name === chosen.name)!;
    byId(`side-${this.side}`).replaceChildren(
      this.#menu(method),
      ...(method.formula ? [formula(method.formula)] : []),
      ...this.#controls(method, chosen),
    );
  }

  #menu({ name: current, summary }: CatalogueMethod): HTMLElement {
    const id = `${this.kind.toLowerCase()}-${this.side}`;
    const menu = el('select', { id, change: () => this.#chooseMethod(menu.value) }, ...this.#options(current));
    const label = el('label', { for: id }, this.kind);
    return el('div', { class: 'control' }, label, menu, el('small', {}, summary));
  }

  #options(current: string): HTMLElement[] {
    const option = (name: string) => el('option', { value: name, selected: name === current }, name);
    const names = this.methods.map(({ name }) => name);
    const groupOf = this.#groupOf;
    if (!groupOf) return names.map(option);
    return [...new Set(names.map(groupOf))].map((label) =>
      el('optgroup', { label }, ...names.filter((name) => groupOf(name) === label).map(option)),
    );
  }

  /** A control per parameter; of many, all but the first few can be unfolded. */
  #controls({ params }: CatalogueMethod, chosen: Chosen): HTMLElement[] {
    const controls = params.filter(hasControl).map((param) => {
      const value = chosen.params[param.name] ?? (param.default as ControlValue);
      return control(`${this.side}-${param.name}`, param, value, (given) => this.#chooseParam(param.name, given));
    });
    if (controls.length <= SHOWN + 1) return controls;
    const summary = el('summary', { 'aria-label': `More parameters of ${this.side.toUpperCase()}` }, 'More parameters');
    return [...controls.slice(0, SHOWN), el('details', {}, summary, ...controls.slice(SHOWN))];
  }

  #chooseMethod(name: string): void {
    const chosen = { name, params: {} };
    this.show(chosen);
    byId(`${this.kind.toLowerCase()}-${this.side}`).focus(); // the menu is a new one
    this.changed(chosen);
  }

  #chooseParam(param: string, value: ControlValue): void {
    const { name, params } = this.#chosen!;
    this.#chosen = { name, params: { ...params, [param]: value } };
    this.changed(this.#chosen);
  }
}
