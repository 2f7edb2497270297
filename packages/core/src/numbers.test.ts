import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError, ShapeError } from './errors.js';
import { ndarray, toFloat64, toNdArray, toNested } from './ndarray.js';
import { bisect, logSumExp } from './numerics/index.js';

describe('host arrays', () => {
  it('come from nested arrays, typed arrays, numbers and tensors', () => {
    expect(
      toNdArray([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toEqual({ shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) });
    expect(toNdArray(Int32Array.of(1, 2))).toEqual({ shape: [2], data: Int32Array.of(1, 2) });
    expect(toNdArray(7)).toEqual({ shape: [], data: Float64Array.of(7) });
    expect(toNdArray({ shape: [1, 2], dataSync: () => Float32Array.of(1, 2) })).toEqual({
      shape: [1, 2],
      data: Float32Array.of(1, 2),
    });
    expect(toFloat64(Float32Array.of(1)).data).toBeInstanceOf(Float64Array);
    expect(toNdArray([]).shape).toEqual([0]);
  });

  it('go back to nested arrays', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ noNaN: true }), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
        (nested) => {
          expect(toNested(toNdArray(nested))).toEqual(nested);
        },
      ),
    );
    expect(toNested(ndarray(Float64Array.of(5), []))).toBe(5);
  });

  it('refuse what is ragged or does not fill its shape', () => {
    expect(() => toNdArray([[1, 2], [3]])).toThrow(new ShapeError('array is ragged at depth 1: expected 2, got 1'));
    expect(() => toNdArray([[1], 2])).toThrow(ShapeError);
    expect(() => toNdArray([1, [2]])).toThrow(ShapeError);
    expect(() => ndarray(Float32Array.of(1, 2), [3])).toThrow('ndarray: 2 values do not fill the shape [3] of 3');
  });
});

describe('numerics', () => {
  it('sums exponentials in log space', () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 10);
    expect(logSumExp([-Infinity, 2])).toBe(2);
    expect(logSumExp([])).toBe(-Infinity);
    expect(logSumExp([-Infinity])).toBe(-Infinity);
    expect(logSumExp([Infinity, 1])).toBe(Infinity);
  });

  it('finds where an increasing function reaches a target', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (target) => {
        expect(bisect((x) => x ** 3, target, 0, 5) ** 3).toBeCloseTo(target, 9);
      }),
    );
    expect(() => bisect((x) => x, 2, 0, 1)).toThrow(new DomainError('bisect: target must lie in [0, 1], got 2'));
  });
});
