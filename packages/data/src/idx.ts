import { DataError } from '@surprisal/core';
import type { ImageSet } from './image-set.js';

/** Where bytes came from, and what to do when they are bad: for errors. */
export interface Source {
  readonly file: string;
  readonly mend: string;
}

/** The contents of an idx file of bytes, the format of MNIST. */
export interface Idx {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an idx file of unsigned bytes: two zero bytes, the type 0x08, the rank, the lengths (32 bits each, big endian), the data.
 *
 * @throws DataError that names the file and the mend, when the file is no idx file or is cut short
 */
export function parseIdx(bytes: Uint8Array, { file, mend }: Source): Idx {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0 || bytes[2] !== 0x08 || bytes[3] === 0) {
    throw new DataError(`${file}: not an idx file of bytes (it must begin with 00 00 08 and its rank); ${mend}`);
  }
  const rank = bytes[3]!;
  const header = 4 + 4 * rank;
  const shape = bytes.length < header ? [] : Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, length) => product * length, 1);
  if (shape.length === 0 || bytes.length !== header + size) {
    throw new DataError(`${file}: the file is corrupt: expected ${header + size} bytes, got ${bytes.length}; ${mend}`);
  }
  return { shape, data: bytes.subarray(header) };
}

/**
 * Writes an idx file of unsigned bytes.
 *
 * @example
 * encodeIdx({ shape: [3], data: Uint8Array.of(7, 2, 1) });
 */
export function encodeIdx({ shape, data }: Idx): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 0x08, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((length, i) => view.setUint32(4 + 4 * i, length));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** The contents of a file and where it came from. */
export interface SourcedBytes extends Source {
  readonly bytes: Uint8Array;
}

/**
 * Labelled grey images from a pair of idx files.
 *
 * @throws DataError when a file is corrupt, when they are not as many, or a label is out of range
 */
export function imageSetFromIdx(images: SourcedBytes, labels: SourcedBytes, classes: number): ImageSet {
  const pictures = parseIdx(images.bytes, images);
  const digits = parseIdx(labels.bytes, labels);
  const [length, height, width] = pictures.shape;
  if (pictures.shape.length !== 3)
    throw new DataError(
      `${images.file}: must hold images [n, height, width], got rank ${pictures.shape.length}; ${images.mend}`,
    );
  if (digits.shape.length !== 1 || digits.shape[0] !== length) {
    throw new DataError(
      `${labels.file}: must hold ${length} labels, as many as there are images, got [${digits.shape.join(', ')}]; ${labels.mend}`,
    );
  }
  const wrong = digits.data.findIndex((label) => label >= classes);
  if (wrong >= 0)
    throw new DataError(
      `${labels.file}: labels must be below ${classes}, got ${digits.data[wrong]} at ${wrong}; ${labels.mend}`,
    );
  return {
    images: pictures.data,
    labels: Int32Array.from(digits.data),
    length: length!,
    height: height!,
    width: width!,
    channels: 1,
    classes,
  };
}
