import { ShapeError } from './errors.js';

/** The number formats of host arrays. */
export type NdData = Float32Array | Float64Array | Int32Array;

/** A host array: row-major data with a shape. */
export interface NdArray<D extends NdData = NdData> {
  readonly shape: readonly number[];
  readonly data: D;
}

/** Numbers, nested to any depth. */
export type Nested = number | readonly Nested[];

/** What functions on host arrays accept: nested arrays, typed arrays (rank 1), host arrays, and tensors (anything with `shape` and `dataSync`). */
export type ArrayInput =
  Nested | NdData | NdArray | { readonly shape: readonly number[]; dataSync(): ArrayLike<number> };

/** The number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/**
 * A host array of the given shape.
 *
 * @throws ShapeError when the data do not fill the shape
 */
export function ndarray<D extends NdData>(data: D, shape: readonly number[]): NdArray<D> {
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(
      `ndarray: ${data.length} values do not fill the shape [${shape.join(', ')}] of ${sizeOf(shape)}`,
    );
  }
  return { shape: [...shape], data };
}

/**
 * Converts anything array-like to a host array; float64 unless the input has a type of its own.
 *
 * @throws ShapeError for ragged arrays
 *
 * @example
 * console.log(toNdArray([[1, 2], [3, 4]]).shape); // [ 2, 2 ]
 */
export function toNdArray(input: ArrayInput): NdArray {
  if (typeof input === 'number') return { shape: [], data: Float64Array.of(input) };
  if (input instanceof Float32Array || input instanceof Float64Array || input instanceof Int32Array) {
    return { shape: [input.length], data: input };
  }
  if ('dataSync' in input) return ndarray(typed(input.dataSync()), input.shape);
  if ('data' in input) return ndarray(input.data, input.shape);
  return fromNested(input);
}

/** As {@link toNdArray}, with the data in float64, where numerics ask for it. */
export function toFloat64(input: ArrayInput): NdArray<Float64Array> {
  const { shape, data } = toNdArray(input);
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/**
 * Converts a host array back to nested arrays (a number, for rank 0).
 *
 * @example
 * console.log(toNested(ndarray(Float64Array.of(1, 2, 3, 4), [2, 2]))); // [ [ 1, 2 ], [ 3, 4 ] ]
 */
export function toNested({ shape, data }: NdArray): Nested {
  if (shape.length === 0) return data[0]!;
  const [length, ...rest] = shape as [number, ...number[]];
  const stride = sizeOf(rest);
  return Array.from({ length }, (_, i) => toNested({ shape: rest, data: data.subarray(i * stride, (i + 1) * stride) }));
}

function fromNested(nested: readonly Nested[]): NdArray<Float64Array> {
  const shape: number[] = [];
  for (let level: Nested | undefined = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const data = new Float64Array(sizeOf(shape));
  let filled = 0;
  const visit = (value: Nested, depth: number) => {
    const expected = shape[depth];
    if (typeof value === 'number' ? expected !== undefined : value.length !== expected) {
      throw new ShapeError(
        `array is ragged at depth ${depth}: expected ${expected ?? 'a number'}, got ${typeof value === 'number' ? 'a number' : value.length}`,
      );
    }
    if (typeof value === 'number') data[filled++] = value;
    else for (const item of value) visit(item, depth + 1);
  };
  visit(nested, 0);
  return { shape, data };
}

const typed = (data: ArrayLike<number>): NdData =>
  data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array
    ? data
    : Float32Array.from(data);
