import { el } from '../dom.js';
import { type Distribution, withShare } from './distribution.js';

/** How far keys move a bar. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowUp: 0.01,
  ArrowRight: 0.01,
  ArrowDown: -0.01,
  ArrowLeft: -0.01,
  PageUp: 0.1,
  PageDown: -0.1,
  Home: -1,
  End: 1,
};

/** A distribution as bars that are dragged, or moved by keys; the others keep their proportions and share what is left. */
export class DistributionBars {
  readonly element: HTMLElement;
  readonly #ground: HTMLElement;
  #bars: Bar[] = [];
  #values: Distribution = [];
  /** The bar that was moved last, and the distribution before: however far it goes, the others come back as they were. */
  #moved: { readonly index: number; readonly from: Distribution } | undefined;

  constructor(
    private readonly name: string,
    side: string,
    private readonly changed: (values: Distribution) => void,
  ) {
    this.#ground = el('div', {
      class: 'distribution',
      role: 'group',
      'aria-label': `${name}: drag the bars, or move them by arrow keys`,
      pointerdown: (event) => this.#take(event as PointerEvent),
      keydown: (event) => this.#press(event as KeyboardEvent),
    });
    this.element = el('section', { class: `panel side-${side}` }, el('h2', {}, name), this.#ground);
  }

  /** @param other drawn as a mark on each bar, to compare */
  show(values: Distribution, other?: Distribution): void {
    if (values !== this.#values) this.#moved = undefined;
    if (values.length !== this.#bars.length) this.#build(values.length);
    this.#values = values;
    this.#bars.forEach((bar, i) => bar.show(values[i]!, other?.[i]));
  }

  #build(count: number): void {
    this.#bars = Array.from({ length: count }, (_, i) => new Bar(`${this.name} at ${i + 1}`, i + 1));
    this.#ground.replaceChildren(...this.#bars.map(({ element }) => element));
  }

  #take(event: PointerEvent): void {
    const index = this.#indexOf(event.target);
    if (index < 0) return;
    const { track, slider } = this.#bars[index]!;
    const { top, height } = track.getBoundingClientRect();
    const move = ({ clientY }: PointerEvent) => this.#move(index, 1 - (clientY - top) / height);
    const end = () => track.removeEventListener('pointermove', move);
    event.preventDefault();
    slider.focus();
    track.setPointerCapture(event.pointerId);
    track.addEventListener('pointermove', move);
    for (const last of ['pointerup', 'pointercancel']) track.addEventListener(last, end, { once: true });
    move(event);
  }

  #press(event: KeyboardEvent): void {
    const [index, step] = [this.#indexOf(event.target), STEPS[event.key]];
    if (index < 0 || step === undefined) return;
    event.preventDefault();
    this.#move(index, Math.round(100 * (this.#values[index]! + step)) / 100);
  }

  #indexOf = (target: EventTarget | null) => this.#bars.findIndex(({ track }) => track.contains(target as HTMLElement));

  #move(index: number, share: number): void {
    if (this.#moved?.index !== index) this.#moved = { index, from: this.#values };
    this.#values = withShare(this.#moved.from, index, Math.min(1, Math.max(0, share)));
    this.changed(this.#values);
  }
}

/** A bar with its handle, a slider, and its number. */
class Bar {
  readonly slider: HTMLElement;
  readonly track: HTMLElement;
  readonly element: HTMLElement;
  readonly #number = el('span', { class: 'share', 'aria-hidden': 'true' });

  constructor(label: string, place: number) {
    this.slider = el('div', {
      class: 'handle',
      role: 'slider',
      tabindex: 0,
      'aria-label': label,
      'aria-orientation': 'vertical',
      'aria-valuemin': 0,
      'aria-valuemax': 1,
    });
    this.track = el('div', { class: 'track' }, this.slider);
    const mark = el('span', { class: 'hint', 'aria-hidden': 'true' }, String(place));
    this.element = el('div', { class: 'column' }, this.#number, this.track, mark);
  }

  show(value: number, other: number | undefined): void {
    const text = value.toFixed(3);
    this.track.style.setProperty('--share', String(value));
    this.track.classList.toggle('compared', other !== undefined);
    this.track.style.setProperty('--other', String(other ?? 0));
    this.slider.setAttribute('aria-valuenow', text);
    this.#number.textContent = value.toFixed(2);
  }
}
