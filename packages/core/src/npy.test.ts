import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { decodeNpy, isNpy } from './npy.js';

/** What numpy.save writes: the header is padded so that the data start at a multiple of 64. */
function npy(descr: string, shape: string, data: ArrayBufferLike, { fortran = false, version = 1 } = {}): Uint8Array {
  const facts = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
  const before = version === 1 ? 10 : 12;
  const header = facts.padEnd(Math.ceil((facts.length + 1 + before) / 64) * 64 - before - 1) + '\n';
  const start = Buffer.alloc(before);
  start.write('\x93NUMPY', 'latin1');
  start[6] = version;
  if (version === 1) start.writeUInt16LE(header.length, 8);
  else start.writeUInt32LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header), Buffer.from(data)]);
}

const swapped = (bytes: ArrayBufferLike, width: number) => {
  const buffer = Buffer.from(bytes.slice(0));
  return (width === 8 ? buffer.swap64() : buffer.swap32()) as Buffer<ArrayBuffer>;
};
const asBuffer = (buffer: Buffer<ArrayBuffer>) =>
  buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length);

describe('NPY', () => {
  it.each([
    ["'<f8'", Float64Array.of(0.1, -2, Infinity)],
    ["'<f4'", Float32Array.of(0.5, -2, 3)],
    ["'<i8'", BigInt64Array.of(1n, -2n, 3n)],
    ["'<i4'", Int32Array.of(1, -2, 3)],
    ["'<i2'", Int16Array.of(1, -2, 3)],
    ["'|i1'", Int8Array.of(1, -2, 3)],
    ["'<u8'", BigUint64Array.of(1n, 2n, 3n)],
    ["'<u4'", Uint32Array.of(1, 2, 3)],
    ["'<u2'", Uint16Array.of(1, 2, 3)],
    ["'|u1'", Uint8Array.of(1, 2, 3)],
    ["'|b1'", Uint8Array.of(1, 0, 1)],
  ])('reads %s', (descr, values) => {
    const { shape, data } = decodeNpy(npy(descr, '(3,)', values.buffer));
    expect(shape).toEqual([3]);
    expect(Array.from(data)).toEqual(Array.from(values as Iterable<number | bigint>, Number));
  });

  it('reads the other byte order, the other header, no dimension and several', () => {
    expect(decodeNpy(npy("'>f8'", '(2,)', asBuffer(swapped(Float64Array.of(0.1, 7).buffer, 8)))).data).toEqual(
      Float64Array.of(0.1, 7),
    );
    expect(decodeNpy(npy("'>i4'", '()', asBuffer(swapped(Int32Array.of(-5).buffer, 4)))).shape).toEqual([]);
    const values = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect(decodeNpy(npy("'<f8'", '(3, 2)', values.buffer, { version: 2 }))).toEqual({ shape: [3, 2], data: values });
  });

  it('turns the order of Fortran into rows', () => {
    // numpy.asfortranarray([[[1, 2], [3, 4], [5, 6]]]): the first index runs fastest
    const { shape, data } = decodeNpy(
      npy("'<f8'", '(1, 3, 2)', Float64Array.of(1, 3, 5, 2, 4, 6).buffer, { fortran: true }),
    );
    expect([shape, Array.from(data)]).toEqual([
      [1, 3, 2],
      [1, 2, 3, 4, 5, 6],
    ]);
  });

  it('refuses by name what is none, what was cut off, and what holds no numbers', () => {
    const whole = npy("'<f8'", '(2,)', Float64Array.of(1, 2).buffer);
    expect(isNpy(whole)).toBe(true);
    expect(() => decodeNpy(Buffer.from('1,2'), 'p.npy')).toThrow(DataError);
    expect(() => decodeNpy(Buffer.from('1,2'), 'p.npy')).toThrow(
      'p.npy: not a complete NPY file (it does not begin as one); write it again',
    );
    expect(() => decodeNpy(whole.subarray(0, 30), 'p.npy')).toThrow(/its header is not whole/);
    expect(() => decodeNpy(whole.subarray(0, -1), 'p.npy')).toThrow(
      'p.npy: [2] must have 16 bytes of data, got 15; write the file again',
    );
    expect(() => decodeNpy(npy("'<U3'", '(2,)', new ArrayBuffer(24)), 'p.npy')).toThrow(
      'p.npy: must hold floats, integers or booleans, got <U3; save it by .astype("f8")',
    );
    expect(() => decodeNpy(npy("[('a', '<f8')]", '(1,)', new ArrayBuffer(8)), 'p.npy')).toThrow(/got records/);
  });
});
