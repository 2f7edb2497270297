import { DataError } from '@surprisal/core';
import { type Idx, type SourcedBytes, parseIdx } from './idx.js';
import type { ImageSet } from './image-set.js';

export interface ImageSetFiles {
  /** Bytes `[n, height, width]` or `[n, height, width, channels]`. */
  readonly images: SourcedBytes;
  /** Whole numbers `[n]`. */
  readonly labels: SourcedBytes;
  readonly classes: number;
  readonly name?: string;
}

/**
 * Labelled images from a pair of idx files, as MNIST and its relatives come. The images share the memory of their file.
 *
 * @throws DataError that names the file and the mend, when a file is corrupt or of another form, the files do not have as many
 * entries, or a label is out of range
 *
 * @example
 * const file = (name: string, bytes: Uint8Array) => ({ bytes, file: name, mend: 'download it again' });
 * const set = imageSetFromIdx({
 *   images: file('images', encodeIdx({ shape: [1, 2, 2], data: Uint8Array.of(0, 64, 128, 255) })),
 *   labels: file('labels', encodeIdx({ shape: [1], data: Uint8Array.of(7) })),
 *   classes: 10,
 * });
 * console.log(set.height, set.width, set.labels[0]); // 2 2 7
 */
export function imageSetFromIdx({ images, labels, classes, name }: ImageSetFiles): ImageSet {
  const pictures = parseIdx(images.bytes, images);
  const { shape, data } = pictures;
  if (!(data instanceof Uint8Array) || shape.length < 3 || shape.length > 4) {
    throw new DataError(
      `${images.file}: must hold bytes [n, height, width] or [n, height, width, channels], got ${describe(pictures)}; ${images.mend}`,
    );
  }
  const [length, height, width, channels = 1] = shape as [number, number, number, number?];
  return {
    ...(name === undefined ? {} : { name }),
    images: data,
    labels: readLabels(labels, length, classes),
    length,
    height,
    width,
    channels,
    classes,
  };
}

function readLabels({ bytes, file, mend }: SourcedBytes, length: number, classes: number): Int32Array {
  const labels = parseIdx(bytes, { file, mend });
  if (labels.shape.length !== 1 || labels.shape[0] !== length) {
    throw new DataError(
      `${file}: must hold ${length} labels, as many as there are images, got ${describe(labels)}; ${mend}`,
    );
  }
  const wrong = labels.data.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (wrong >= 0) {
    throw new DataError(
      `${file}: labels must be whole numbers from 0 to ${classes - 1}, got ${labels.data[wrong]} at ${wrong}; ${mend}`,
    );
  }
  return Int32Array.from(labels.data);
}

const describe = ({ shape, data }: Idx) => `${data.constructor.name} [${shape.join(', ')}]`;
