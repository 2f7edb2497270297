import { type NdArray, ndarray } from '@surprisal/core';
import fc from 'fast-check';

/** Scores of moderate size, as trained networks give them. */
export const logits = (batch: number, classes: number, size = 10): fc.Arbitrary<NdArray<Float32Array>> =>
  fc
    .array(fc.float({ min: -size, max: size, noNaN: true }), { minLength: batch * classes, maxLength: batch * classes })
    .map((values) => ndarray(Float32Array.from(values), [batch, classes]));

/** Scores with the extremes that masks and diverging networks give: 0, +-1e30, +-88, +-1e-30, ties. */
export const extremeLogits = (batch: number, classes: number): fc.Arbitrary<NdArray<Float32Array>> =>
  fc
    .array(
      fc.oneof(fc.constantFrom(0, 1e30, -1e30, 88, -88, 1e-30, -1e-30), fc.float({ min: -50, max: 50, noNaN: true })),
      {
        minLength: batch * classes,
        maxLength: batch * classes,
      },
    )
    .map((values) => ndarray(Float32Array.from(values), [batch, classes]));

/** Rows of probabilities that sum to 1, with exact zeros among them. */
export const probabilities = (rows: number, classes: number): fc.Arbitrary<NdArray<Float64Array>> =>
  fc
    .array(
      fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1, noNaN: true })), {
        minLength: classes,
        maxLength: classes,
      }),
      { minLength: rows, maxLength: rows },
    )
    .filter((table) => table.every((row) => row.some((value) => value > 0)))
    .map((table) => ndarray(Float64Array.from(table.flatMap((row) => normalised(row))), [rows, classes]));

/** Class indices. */
export const labels = (batch: number, classes: number): fc.Arbitrary<Int32Array> =>
  fc
    .array(fc.integer({ min: 0, max: classes - 1 }), { minLength: batch, maxLength: batch })
    .map((values) => Int32Array.from(values));

function normalised(row: readonly number[]): number[] {
  const total = row.reduce((sum, value) => sum + value, 0);
  return row.map((value) => value / total);
}
