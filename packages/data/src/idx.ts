import { DataError, ShapeError, sizeOf } from '@surprisal/core';

/** Where bytes came from, and what to do when they are bad: for errors. */
export interface Source {
  readonly file: string;
  readonly mend: string;
}

/** The contents of a file and where it came from. */
export interface SourcedBytes extends Source {
  readonly bytes: Uint8Array;
}

/** The number types that the format knows. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The contents of an idx file: numbers with a shape, row-major. */
export interface Idx<D extends IdxData = IdxData> {
  readonly shape: readonly number[];
  readonly data: D;
}

/** The third byte of a file says the type of its numbers. */
const types = [
  { code: 0x08, array: Uint8Array, get: 'getUint8', set: 'setUint8' },
  { code: 0x09, array: Int8Array, get: 'getInt8', set: 'setInt8' },
  { code: 0x0b, array: Int16Array, get: 'getInt16', set: 'setInt16' },
  { code: 0x0c, array: Int32Array, get: 'getInt32', set: 'setInt32' },
  { code: 0x0d, array: Float32Array, get: 'getFloat32', set: 'setFloat32' },
  { code: 0x0e, array: Float64Array, get: 'getFloat64', set: 'setFloat64' },
] as const;

/**
 * Reads an idx file, the format of MNIST: two zero bytes, the type of the numbers, the rank, the lengths (32 bits each, big
 * endian), the numbers (big endian). Unsigned bytes share the memory of the file; other numbers are copied.
 *
 * @param source what errors call the file, and what they say to do
 * @throws DataError that names the file and the mend, when the file is no idx file or has not as many bytes as its header says
 *
 * @example
 * const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9);
 * console.log(parseIdx(bytes, { file: 'digits', mend: 'copy it again' }).data.join()); // 7,9
 */
export function parseIdx(bytes: Uint8Array, source: Source): Idx {
  const { file, mend } = source;
  const { type, rank } = readMagic(bytes, source);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = 4 + 4 * rank;
  if (bytes.length < header) {
    throw new DataError(
      `${file}: the file is corrupt: expected a header of ${header} bytes, got ${bytes.length}; ${mend}`,
    );
  }
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = header + sizeOf(shape) * type.array.BYTES_PER_ELEMENT;
  if (bytes.length !== expected) {
    throw new DataError(`${file}: the file is corrupt: expected ${expected} bytes, got ${bytes.length}; ${mend}`);
  }
  return { shape, data: readNumbers(view, header, sizeOf(shape), type) };
}

function readMagic(bytes: Uint8Array, { file, mend }: Source) {
  const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
  const type = types.find(({ code }) => code === bytes[2]);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || !type || bytes[3] === 0) {
    const got = magic.length === 0 ? 'nothing' : magic.join(' ');
    throw new DataError(
      `${file}: not an idx file: expected it to begin with 00 00, a number type (08, 09 or 0b to 0e) and its rank, got ${got}; ${mend}`,
    );
  }
  return { type, rank: bytes[3]! };
}

function readNumbers(view: DataView, begin: number, length: number, type: (typeof types)[number]): IdxData {
  // Not the given array's own subarray: in Node that is a Buffer, whose slice() shares memory.
  if (type.code === 0x08) return new Uint8Array(view.buffer, view.byteOffset + begin, length);
  const data = new type.array(length);
  for (let i = 0; i < length; i++) data[i] = view[type.get](begin + i * data.BYTES_PER_ELEMENT);
  return data;
}

/**
 * Writes an idx file, with the number type of the data: what {@link parseIdx} reads back.
 *
 * @throws ShapeError when the data do not fill the shape, or the shape has no or more than 255 dimensions
 *
 * @example
 * console.log(encodeIdx({ shape: [3], data: Uint8Array.of(7, 2, 1) }).length); // 11
 */
export function encodeIdx({ shape, data }: Idx): Uint8Array {
  if (shape.length < 1 || shape.length > 255 || sizeOf(shape) !== data.length) {
    throw new ShapeError(`encodeIdx: ${data.length} numbers do not fill the shape [${shape.join(', ')}]`);
  }
  const type = types.find(({ array }) => data instanceof array)!;
  const header = 4 + 4 * shape.length;
  const bytes = new Uint8Array(header + data.byteLength);
  bytes.set([0, 0, type.code, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((length, i) => view.setUint32(4 + 4 * i, length));
  if (data instanceof Uint8Array) bytes.set(data, header);
  else data.forEach((value, i) => view[type.set](header + i * data.BYTES_PER_ELEMENT, value));
  return bytes;
}
