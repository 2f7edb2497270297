/** Fills a kernel `[n, m]` with exp((f_i + g_j - cost_ij) / epsilon): 0 where the cost is infinite. */
export function fillKernel(
  kernel: Float64Array,
  [f, g]: readonly [Float64Array, Float64Array],
  cost: Float64Array,
  epsilon: number,
): void {
  const m = g.length;
  for (let i = 0; i < f.length; i++) {
    for (let j = 0, at = i * m; j < m; j++, at++) kernel[at] = Math.exp((f[i]! + g[j]! - cost[at]!) / epsilon);
  }
}

/** Below, entries are 0: products with them would be denormal, which processors are slow at. */
const LEAST_SQUARE = 1e-100;

/** The kernel of a quarter of the epsilon, with the factors counted in, is (u_i K_ij v_j)^4: no exponential is needed. */
export function sharpenKernel(kernel: Float64Array, u: Float64Array, v: Float64Array): void {
  const m = v.length;
  for (let i = 0; i < u.length; i++) {
    const scale = u[i]!;
    for (let j = 0, at = i * m; j < m; j++, at++) {
      const once = scale * kernel[at]! * v[j]!;
      const square = once * once;
      kernel[at] = square < LEAST_SQUARE ? 0 : square * square;
    }
  }
}

/**
 * Goes over a kernel `[n, m]` once: each row times a vector `[m]`, and the sum of the rows by the weights that are found for these products.
 * Rows are added four at a time, so that their sum is read and written a quarter as often.
 */
export function passOver(
  kernel: Float64Array,
  vector: Float64Array,
  columns: Float64Array,
  weigh: (row: number, product: number) => number,
): void {
  const m = vector.length;
  const n = kernel.length / m;
  columns.fill(0);
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const [first, second, third, fourth] = [i * m, (i + 1) * m, (i + 2) * m, (i + 3) * m];
    const a = weigh(i, rowTimes(kernel, first, vector));
    const b = weigh(i + 1, rowTimes(kernel, second, vector));
    const c = weigh(i + 2, rowTimes(kernel, third, vector));
    const d = weigh(i + 3, rowTimes(kernel, fourth, vector));
    for (let j = 0; j < m; j++) {
      columns[j]! +=
        a * kernel[first + j]! + b * kernel[second + j]! + (c * kernel[third + j]! + d * kernel[fourth + j]!);
    }
  }
  for (; i < n; i++) {
    const weight = weigh(i, rowTimes(kernel, i * m, vector));
    for (let j = 0; j < m; j++) columns[j]! += weight * kernel[i * m + j]!;
  }
}

/** A row of the kernel times a vector; four sums at once, so that one need not wait for another. */
export function rowTimes(kernel: Float64Array, row: number, vector: Float64Array): number {
  const size = vector.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let j = 0;
  for (; j + 3 < size; j += 4) {
    a += kernel[row + j]! * vector[j]!;
    b += kernel[row + j + 1]! * vector[j + 1]!;
    c += kernel[row + j + 2]! * vector[j + 2]!;
    d += kernel[row + j + 3]! * vector[j + 3]!;
  }
  for (; j < size; j++) a += kernel[row + j]! * vector[j]!;
  return a + b + (c + d);
}
