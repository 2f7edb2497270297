import { byId, el } from '../../../dom.js';
import { SIDE, centred } from './centred.js';

const PEN = { lineWidth: 20, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff' } as const;

/** A field to draw a digit on, and digits to pick. Gives 28 x 28 pixels from 0 to 1. */
export class DigitPad {
  readonly #canvas = byId<HTMLCanvasElement>('pad');
  readonly #context = this.#canvas.getContext('2d', { willReadFrequently: true })!;
  #drawing = false;

  constructor(private readonly changed: (pixels: Float32Array) => void) {
    this.#canvas.addEventListener('pointerdown', (event) => this.#begin(event));
    this.#canvas.addEventListener('pointermove', (event) => this.#drawing && this.#drawTo(event));
    this.#canvas.addEventListener('pointerup', () => this.#end());
    this.#canvas.addEventListener('pointercancel', () => this.#end());
    this.clear();
  }

  clear(): void {
    this.#context.fillStyle = '#000';
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** Shows digits as buttons to pick. */
  offer(digits: readonly { readonly label: number; readonly pixels: Uint8Array }[]): void {
    const buttons = digits.map(({ label, pixels }, i) => {
      const picture = el('canvas', { width: SIDE, height: SIDE, 'aria-hidden': 'true' });
      picture.getContext('2d')!.putImageData(image(pixels), 0, 0);
      const name = `test digit ${i + 1}, a ${label}`;
      const click = () => this.#pick(picture, pixels);
      return el('button', { type: 'button', class: 'digit', 'aria-label': name, click }, picture);
    });
    byId('digits').replaceChildren(...buttons);
  }

  #begin(event: PointerEvent): void {
    this.#drawing = true;
    this.#canvas.setPointerCapture(event.pointerId);
    Object.assign(this.#context, PEN);
    this.#context.beginPath();
    this.#context.moveTo(...this.#at(event));
    this.#drawTo(event); // a dot, where the pen does not move
  }

  #drawTo(event: PointerEvent): void {
    this.#context.lineTo(...this.#at(event));
    this.#context.stroke();
  }

  #end(): void {
    if (!this.#drawing) return;
    this.#drawing = false;
    this.changed(centred(this.#canvas));
  }

  #at({ clientX, clientY }: PointerEvent): [number, number] {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [((clientX - left) / width) * this.#canvas.width, ((clientY - top) / height) * this.#canvas.height];
  }

  #pick(picture: HTMLCanvasElement, pixels: Uint8Array): void {
    this.clear();
    this.#context.drawImage(picture, 0, 0, this.#canvas.width, this.#canvas.height);
    this.changed(Float32Array.from(pixels, (byte) => byte / 255));
  }
}

function image(pixels: Uint8Array): ImageData {
  const data = new ImageData(SIDE, SIDE);
  pixels.forEach((value, i) => data.data.set([value, value, value, 255], 4 * i));
  return data;
}
