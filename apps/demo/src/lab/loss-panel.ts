import { control } from '../controls.js';
import { byId, el } from '../dom.js';
import { formula } from '../formula.js';
import type { CatalogueMethod } from '../methods/catalogue.js';
import type { Side } from './messages.js';
import type { Chosen } from './state.js';

/** Where the loss of one side is chosen: a menu, what the loss is, and a control for each of its parameters. */
export class LossPanel {
  #chosen: Chosen | undefined;

  constructor(
    readonly side: Side,
    private readonly losses: readonly CatalogueMethod[],
    private readonly changed: (chosen: Chosen) => void,
  ) {}

  show(chosen: Chosen): void {
    this.#chosen = chosen;
    const method = this.losses.find(({ name }) => name === chosen.loss)!;
    byId(`side-${this.side}`).replaceChildren(
      this.#menu(method),
      ...(method.formula ? [formula(method.formula)] : []),
      ...this.#controls(method, chosen),
    );
  }

  #menu({ name: current, summary }: CatalogueMethod): HTMLElement {
    const id = `loss-${this.side}`;
    const options = this.losses.map(({ name }) => el('option', { value: name, selected: name === current }, name));
    const menu = el('select', { id, change: () => this.#chooseLoss(menu.value) }, ...options);
    const label = el('label', { for: id }, 'Loss');
    return el('div', { class: 'control' }, label, menu, el('small', {}, summary));
  }

  #controls({ params }: CatalogueMethod, chosen: Chosen): HTMLElement[] {
    return params.map((param) => {
      const value = chosen.params[param.name] ?? (param.default as number);
      return control(`${this.side}-${param.name}`, param, value, (given) => this.#chooseParam(param.name, given));
    });
  }

  #chooseLoss(loss: string): void {
    const chosen = { loss, params: {} };
    this.show(chosen);
    byId(`loss-${this.side}`).focus(); // the menu is a new one
    this.changed(chosen);
  }

  #chooseParam(name: string, value: number | string | boolean): void {
    const { loss, params } = this.#chosen!;
    this.#chosen = { loss, params: { ...params, [name]: value } };
    this.changed(this.#chosen);
  }
}
