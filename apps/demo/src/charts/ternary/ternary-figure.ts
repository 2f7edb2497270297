import { type FigureOptions, Frame, type Framed } from '../frame.js';
import type { Cell } from '../numbers.js';
import { onPaper } from '../paper.js';
import { save } from '../save.js';
import type { Ternary } from './ternary.js';
import { ternarySvg } from './ternary-svg.js';

const FILE_WIDTH = 720;
const WIDEST = 460;

/** A ternary plot in the page. */
export class TernaryFigure implements Framed {
  readonly #frame: Frame;
  #plot: Ternary | undefined;
  #rows: readonly (readonly Cell[])[] = [];

  readonly files: Framed['files'] = [
    { label: 'PNG', save: async (name) => save(`${name}.png`, await pngOf(this.#file())) },
    { label: 'SVG', save: (name) => save(`${name}.svg`, this.#file(), 'image/svg+xml') },
  ];

  constructor(options: FigureOptions) {
    this.#frame = new Frame(options, this);
  }

  get element(): HTMLElement {
    return this.#frame.element;
  }

  /** @param words what is to be seen, in a sentence */
  show(plot: Ternary, words: string, rows: readonly (readonly Cell[])[]): void {
    this.#plot = plot;
    this.#rows = rows;
    this.#frame.show(plot.title, words);
  }

  rows() {
    return this.#plot && this.#rows;
  }

  draw(): Promise<void> {
    const { picture } = this.#frame;
    if (this.#plot)
      picture.innerHTML = ternarySvg(this.#plot, Math.min(WIDEST, picture.clientWidth), (name) => `var(--${name})`);
    return Promise.resolve();
  }

  #file(): string {
    return onPaper((colour) => ternarySvg(this.#plot!, FILE_WIDTH, colour, colour('paper')));
  }
}

/** A picture as the address of a PNG file, in twice its size. */
async function pngOf(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL();
}
