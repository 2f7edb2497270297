import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { ndarray } from './ndarray.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

const example = {
  kernel: ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
  größe: ndarray(Float64Array.of(Math.PI), []),
  labels: ndarray(Int32Array.of(-1, 7), [2]),
};

describe('safetensors', () => {
  it('reads back what it wrote', () => {
    expect(decodeSafetensors(encodeSafetensors(example))).toEqual(example);
    fc.assert(
      fc.property(fc.array(fc.float32Array({ maxLength: 9 }), { maxLength: 4 }), (values) => {
        const arrays = Object.fromEntries(values.map((data, i) => [`a${i}`, ndarray(data, [data.length])]));
        expect(decodeSafetensors(encodeSafetensors(arrays))).toEqual(arrays);
      }),
    );
  });

  it('reads a Buffer, as files come in Node', () => {
    expect(decodeSafetensors(Buffer.from(encodeSafetensors(example)))).toEqual(example);
  });

  it('aligns the data, as other readers like it', () => {
    const bytes = encodeSafetensors(example);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('refuses corrupt files by name', () => {
    const bytes = encodeSafetensors(example);
    expect(() => decodeSafetensors(bytes.subarray(0, 4), 'w.safetensors')).toThrow(DataError);
    expect(() => decodeSafetensors(bytes.subarray(0, 40), 'w.safetensors')).toThrow(
      /^w.safetensors: not a complete safetensors file/,
    );
    expect(() => decodeSafetensors(bytes.subarray(0, -4), 'w.safetensors')).toThrow(
      /"labels" \[2\] must have 8 bytes of data, got 4/,
    );
    const half = Buffer.from(Buffer.from(bytes).toString('latin1').replace('"F32"', '"F16"'), 'latin1');
    expect(() => decodeSafetensors(half)).toThrow(/must be of F32, F64 or I32, got F16/);
  });
});
