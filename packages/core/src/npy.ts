import { DataError } from './errors.js';
import { type NdArray, ndarray, sizeOf } from './ndarray.js';

/** The number formats of NPY files that are read, by what their header calls them. */
const READERS: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  f8: (view, at, little) => view.getFloat64(at, little),
  f4: (view, at, little) => view.getFloat32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  i4: (view, at, little) => view.getInt32(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  i1: (view, at) => view.getInt8(at),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  u4: (view, at, little) => view.getUint32(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  u1: (view, at) => view.getUint8(at),
  b1: (view, at) => view.getUint8(at),
};

/** How every NPY file begins. */
const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY')];

/** Whether bytes are of an NPY file. */
export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/**
 * Decodes an NPY file, the format of `numpy.save`: an array of floats, integers or booleans, of any shape and byte order, in the order of C
 * or of Fortran.
 *
 * @param source the file's name, for errors
 * @returns the numbers in float64, row by row
 * @throws DataError for a file that is none or was cut off, and for another number format
 *
 * @example
 * const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".padEnd(117) + '\n';
 * const start = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`, 'latin1');
 * const bytes = Buffer.concat([start, Buffer.from(Float64Array.of(0.25, 0.75).buffer)]);
 * console.log(decodeNpy(bytes).data); // Float64Array(2) [ 0.25, 0.75 ]
 */
export function decodeNpy(bytes: Uint8Array, source = 'npy'): NdArray<Float64Array> {
  const { descr, fortran, shape, start } = readHeader(bytes, source);
  const [, order, format] = /^([<>|=])([a-z]\d+)$/.exec(descr) ?? [];
  const read = READERS[format ?? ''];
  if (!read)
    throw new DataError(`${source}: must hold floats, integers or booleans, got ${descr}; save it by .astype("f8")`);
  const [width, size] = [Number(format!.slice(1)), sizeOf(shape)];
  const found = bytes.length - start;
  if (found < size * width) {
    throw new DataError(
      `${source}: [${shape.join(', ')}] must have ${size * width} bytes of data, got ${found}; write the file again`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const numbers = Float64Array.from({ length: size }, (_, i) => read(view, i * width, order !== '>'));
  return ndarray(fortran ? rowsFirst(numbers, shape) : numbers, shape);
}

/** A header is a Python dictionary of three facts, such as `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`. */
function readHeader(bytes: Uint8Array, source: string) {
  const corrupt = (why: string) => new DataError(`${source}: not a complete NPY file (${why}); write it again`);
  if (!isNpy(bytes)) throw corrupt('it does not begin as one');
  if (bytes.length < 12) throw corrupt(`${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [begin, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const text = new TextDecoder().decode(bytes.subarray(begin, begin + length));
  const fact = (pattern: RegExp) => pattern.exec(text)?.[1];
  const descr = fact(/'descr':\s*'([^']*)'/) ?? fact(/'descr':\s*(\[)/);
  const shape = fact(/'shape':\s*\(([\d,\s]*)\)/);
  const order = fact(/'fortran_order':\s*(True|False)/);
  if (descr === undefined || shape === undefined || order === undefined) throw corrupt('its header is not whole');
  return {
    descr: descr === '[' ? 'records' : descr,
    fortran: order === 'True',
    shape: shape.split(',').filter((part) => part.trim() !== '').map(Number), // prettier-ignore
    start: begin + length,
  };
}

/** From the order of Fortran, where the first index runs fastest, to that of C. */
function rowsFirst(numbers: Float64Array, shape: readonly number[]): Float64Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  return numbers.map((_, at) => {
    let [rest, from] = [at, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return numbers[from]!;
  });
}
