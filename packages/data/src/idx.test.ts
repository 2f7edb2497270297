import { DataError, ShapeError } from '@surprisal/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IdxData, encodeIdx, parseIdx } from './idx.js';
import { imageSetFromIdx } from './image-set-from-idx.js';

const source = { file: 'digits-ubyte', mend: 'copy it again' };
const types = [Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array, Float64Array];

describe('idx', () => {
  it('reads back what it wrote, for all number types and ranks', () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.constantFrom(...types), fc.integer({ min: 0, max: 3 }), (shape, type, offset) => {
        const length = shape.reduce((a, b) => a * b, 1);
        const data: IdxData = new type(length);
        for (let i = 0; i < length; i++) data[i] = 7.5 - 1.25 * i;
        const file = new Uint8Array([...new Uint8Array(offset), ...encodeIdx({ shape, data })]);
        expect(parseIdx(file.subarray(offset), source)).toEqual({ shape, data });
      }),
    );
  });

  it('is big endian, as the format says', () => {
    const bytes = Uint8Array.of(0, 0, 0x0c, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe);
    expect(encodeIdx({ shape: [1], data: Int32Array.of(-2) })).toEqual(bytes);
    expect(parseIdx(bytes, source).data).toEqual(Int32Array.of(-2));
  });

  it('gives bytes as a plain array over the memory of the file', () => {
    const file = Buffer.from(encodeIdx({ shape: [2], data: Uint8Array.of(7, 9) }));
    const { data } = parseIdx(file, source);
    expect(data.constructor).toBe(Uint8Array);
    expect(data.buffer).toBe(file.buffer);
  });

  it.each([
    [[], 'nothing'],
    [[0, 0, 8], '00 00 08'],
    [[0x1f, 0x8b, 8, 8, 0, 0], '1f 8b 08 08'],
    [[0, 0, 0x0a, 1, 0, 0, 0, 0], '00 00 0a 01'],
    [[0, 0, 8, 0], '00 00 08 00'],
  ])('says that %j is no idx file', (bytes, got) => {
    expect(() => parseIdx(Uint8Array.from(bytes), source)).toThrow(
      new DataError(
        `digits-ubyte: not an idx file: expected it to begin with 00 00, a number type (08, 09 or 0b to 0e) and its rank, got ${got}; copy it again`,
      ),
    );
  });

  it.each([
    ['cut in its header', [0, 0, 8, 3, 0], 'expected a header of 16 bytes, got 5'],
    ['cut in its numbers', [0, 0, 0x0b, 1, 0, 0, 0, 2, 1, 2, 3], 'expected 12 bytes, got 11'],
    ['too long', [0, 0, 8, 1, 0, 0, 0, 1, 1, 2], 'expected 9 bytes, got 10'],
  ])('says that a file that is %s is corrupt', (_how, bytes, what) => {
    expect(() => parseIdx(Uint8Array.from(bytes), source)).toThrow(
      new DataError(`digits-ubyte: the file is corrupt: ${what}; copy it again`),
    );
  });

  it('writes no file that could not be read', () => {
    expect(() => encodeIdx({ shape: [2, 2], data: new Uint8Array(3) })).toThrow(
      new ShapeError('encodeIdx: 3 numbers do not fill the shape [2, 2]'),
    );
    expect(() => encodeIdx({ shape: [], data: Uint8Array.of(1) })).toThrow(ShapeError);
  });
});

describe('an image set from idx files', () => {
  const file = (name: string, shape: number[], data: IdxData) => ({
    bytes: encodeIdx({ shape, data }),
    file: name,
    mend: 'copy it again',
  });
  const images = file('images', [2, 1, 2], Uint8Array.of(1, 2, 3, 4));
  const labels = file('labels', [2], Uint8Array.of(1, 0));

  it('takes grey images, colour images, and labels of any number type', () => {
    expect(imageSetFromIdx({ images, labels: file('labels', [2], Int32Array.of(1, 0)), classes: 2 })).toEqual({
      images: Uint8Array.of(1, 2, 3, 4),
      labels: Int32Array.of(1, 0),
      length: 2,
      height: 1,
      width: 2,
      channels: 1,
      classes: 2,
    });
    const colour = file('images', [2, 1, 1, 3], new Uint8Array(6));
    expect(imageSetFromIdx({ name: 'dots', images: colour, labels, classes: 2 })).toMatchObject({
      name: 'dots',
      height: 1,
      width: 1,
      channels: 3,
    });
  });

  it.each([
    [
      'images of another form',
      { images: labels, labels },
      'labels: must hold bytes [n, height, width] or [n, height, width, channels], got Uint8Array [2]; copy it again',
    ],
    [
      'images of other numbers',
      { images: file('images', [1, 1, 1], Float32Array.of(1)), labels },
      'images: must hold bytes [n, height, width] or [n, height, width, channels], got Float32Array [1, 1, 1]; copy it again',
    ],
    [
      'too few labels',
      { images, labels: file('labels', [1], Uint8Array.of(1)) },
      'labels: must hold 2 labels, as many as there are images, got Uint8Array [1]; copy it again',
    ],
    [
      'a label out of range',
      { images, labels: file('labels', [2], Uint8Array.of(1, 2)) },
      'labels: labels must be whole numbers from 0 to 1, got 2 at 1; copy it again',
    ],
    [
      'a label that is no whole number',
      { images, labels: file('labels', [2], Float32Array.of(0.5, 1)) },
      'labels: labels must be whole numbers from 0 to 1, got 0.5 at 0; copy it again',
    ],
  ])('refuses %s', (_what, files, message) => {
    expect(() => imageSetFromIdx({ ...files, classes: 2 })).toThrow(new DataError(message));
  });
});
