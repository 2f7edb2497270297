import { byId, el } from './dom.js';

const SIDE = 28;

/** A field to draw a digit on, and digits to pick. Gives 28 x 28 pixels from 0 to 1, placed as MNIST's are. */
export class DigitPad {
  readonly #canvas = byId<HTMLCanvasElement>('pad');
  readonly #context = this.#canvas.getContext('2d', { willReadFrequently: true })!;

  constructor(private readonly changed: (pixels: Float32Array) => void) {
    let drawing = false;
    const at = (event: PointerEvent) => {
      const box = this.#canvas.getBoundingClientRect();
      return [
        ((event.clientX - box.left) / box.width) * this.#canvas.width,
        ((event.clientY - box.top) / box.height) * this.#canvas.height,
      ] as const;
    };
    this.#canvas.addEventListener('pointerdown', (event) => {
      drawing = true;
      this.#canvas.setPointerCapture(event.pointerId);
      this.#context.beginPath();
      this.#context.moveTo(...at(event));
    });
    this.#canvas.addEventListener('pointermove', (event) => {
      if (!drawing) return;
      Object.assign(this.#context, { lineWidth: 20, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff' });
      this.#context.lineTo(...at(event));
      this.#context.stroke();
    });
    this.#canvas.addEventListener('pointerup', () => {
      drawing = false;
      this.changed(this.#centred());
    });
    this.clear();
  }

  clear(): void {
    this.#context.fillStyle = '#000';
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** Shows digits as buttons to pick. */
  offer(digits: readonly { readonly label: number; readonly pixels: Uint8Array }[]): void {
    const buttons = digits.map(({ label, pixels }, i) => {
      const canvas = el('canvas', { width: SIDE, height: SIDE, 'aria-hidden': 'true' });
      canvas.getContext('2d')!.putImageData(image(pixels), 0, 0);
      return el(
        'button',
        {
          type: 'button',
          class: 'digit',
          'aria-label': `test digit ${i + 1}, a ${label}`,
          click: () => this.#pick(canvas, pixels),
        },
        canvas,
      );
    });
    byId('digits').replaceChildren(...buttons);
  }

  #pick(canvas: HTMLCanvasElement, pixels: Uint8Array): void {
    this.clear();
    this.#context.drawImage(canvas, 0, 0, this.#canvas.width, this.#canvas.height);
    this.changed(Float32Array.from(pixels, (byte) => byte / 255));
  }

  /** The drawing fitted into 20 x 20 pixels, its centre of mass in the middle of 28 x 28. */
  #centred(): Float32Array {
    const { width, height } = this.#canvas;
    const ink = this.#context.getImageData(0, 0, width, height).data;
    const box = { left: width, top: height, right: 0, bottom: 0, mass: 0, x: 0, y: 0 };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = ink[4 * (y * width + x)]!;
        if (value < 32) continue;
        Object.assign(box, {
          left: Math.min(box.left, x),
          top: Math.min(box.top, y),
          right: Math.max(box.right, x),
          bottom: Math.max(box.bottom, y),
          mass: box.mass + value,
          x: box.x + value * x,
          y: box.y + value * y,
        });
      }
    }
    if (box.mass === 0) return new Float32Array(SIDE * SIDE);
    const scale = 20 / Math.max(box.right - box.left + 1, box.bottom - box.top + 1);
    const small = new OffscreenCanvas(SIDE, SIDE).getContext('2d')!;
    small.imageSmoothingQuality = 'high';
    small.setTransform(
      scale,
      0,
      0,
      scale,
      SIDE / 2 - (scale * box.x) / box.mass,
      SIDE / 2 - (scale * box.y) / box.mass,
    );
    small.drawImage(this.#canvas, 0, 0);
    const pixels = small.getImageData(0, 0, SIDE, SIDE).data;
    return Float32Array.from({ length: SIDE * SIDE }, (_, i) => pixels[4 * i]! / 255);
  }
}

function image(pixels: Uint8Array): ImageData {
  const data = new ImageData(SIDE, SIDE);
  pixels.forEach((value, i) => data.data.set([value, value, value, 255], 4 * i));
  return data;
}
