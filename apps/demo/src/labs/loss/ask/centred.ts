/** The side of an MNIST image, and of the box that its digit is fitted into, in pixels. */
export const SIDE = 28;
const BOX = 20;
const FAINTEST = 32;

/** A drawing as 28 x 28 pixels from 0 to 1, placed as MNIST's digits are: fitted into 20 x 20, its centre of mass in the middle. */
export function centred(drawing: HTMLCanvasElement): Float32Array {
  const { width, height } = drawing;
  const ink = inkOf(drawing.getContext('2d')!.getImageData(0, 0, width, height));
  if (ink.mass === 0) return new Float32Array(SIDE * SIDE);
  const scale = BOX / ink.size;
  const small = new OffscreenCanvas(SIDE, SIDE).getContext('2d')!;
  small.imageSmoothingQuality = 'high';
  small.setTransform(scale, 0, 0, scale, SIDE / 2 - scale * ink.x, SIDE / 2 - scale * ink.y);
  small.drawImage(drawing, 0, 0);
  const pixels = small.getImageData(0, 0, SIDE, SIDE).data;
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => pixels[4 * i]! / 255);
}

/** How much ink there is, its centre of mass, and the longer side of the box around it. */
function inkOf({ width, height, data }: ImageData): { mass: number; x: number; y: number; size: number } {
  let [mass, x, y, left, top, right, bottom] = [0, 0, 0, width, height, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const value = data[4 * i]!;
    if (value < FAINTEST) continue;
    const [column, row] = [i % width, Math.floor(i / width)];
    mass += value;
    x += value * column;
    y += value * row;
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
  }
  return { mass, x: x / mass, y: y / mass, size: Math.max(right - left, bottom - top) + 1 };
}
