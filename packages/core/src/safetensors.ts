import { DataError } from './errors.js';
import { type NdArray, type NdData, sizeOf } from './ndarray.js';

const FORMATS = { F32: Float32Array, F64: Float64Array, I32: Int32Array } as const;
type Format = keyof typeof FORMATS;

/**
 * Encodes named arrays in the safetensors format: the length of a JSON header (8 bytes, little endian), the header, the data.
 *
 * @example
 * const bytes = encodeSafetensors({ bias: ndarray(Float32Array.of(0, 1), [2]) });
 * console.log(decodeSafetensors(bytes).bias!.data.join()); // 0,1
 */
export function encodeSafetensors(arrays: Readonly<Record<string, NdArray>>): Uint8Array {
  let end = 0;
  const header = Object.entries(arrays).map(([name, { shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: formatOf(data), shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries(header));
  // Spaces make the data start at a multiple of 8, as the format recommends.
  const text = new TextEncoder().encode(json + ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8));
  const bytes = new Uint8Array(8 + text.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let offset = 8 + text.length;
  for (const { data } of Object.values(arrays)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Decodes a safetensors file of F32, F64 or I32 arrays.
 *
 * @param source the file's name, for errors
 * @throws DataError for a truncated or corrupt file, or another number format
 */
export function decodeSafetensors(bytes: Uint8Array, source = 'safetensors'): Record<string, NdArray> {
  const { header, data } = readHeader(bytes, source);
  return Object.fromEntries(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => [name, readArray(name, entry, data, source)]),
  );
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function readHeader(bytes: Uint8Array, source: string): { header: Record<string, Entry>; data: Uint8Array } {
  const corrupt = (why: string) => new DataError(`${source}: not a complete safetensors file (${why}); write it again`);
  if (bytes.length < 8) throw corrupt(`${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + length > bytes.length) throw corrupt(`a header of ${length} bytes in a file of ${bytes.length}`);
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, Entry>;
    return { header, data: bytes.subarray(8 + length) };
  } catch {
    throw corrupt('its header is no JSON');
  }
}

function readArray(name: string, { dtype, shape, data_offsets }: Entry, data: Uint8Array, source: string): NdArray {
  const Format = FORMATS[dtype as Format];
  if (!Format) throw new DataError(`${source}: "${name}" must be of F32, F64 or I32, got ${dtype}; convert it first`);
  const [begin, end] = data_offsets;
  const size = sizeOf(shape);
  if (end - begin !== size * Format.BYTES_PER_ELEMENT || end > data.length) {
    throw new DataError(
      `${source}: "${name}" [${shape.join(', ')}] must have ${size * Format.BYTES_PER_ELEMENT} bytes of data, got ${Math.min(end, data.length) - begin}; write the file again`,
    );
  }
  // A copy, aligned as the format asks. (Node's Buffer.slice makes none: its buffer would be the whole file.)
  return { shape, data: new Format(new Uint8Array(data.subarray(begin, end)).buffer) };
}

function formatOf(data: NdData): Format {
  return data instanceof Float32Array ? 'F32' : data instanceof Float64Array ? 'F64' : 'I32';
}
