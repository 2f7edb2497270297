import type { ArrayInput } from '@surprisal/core';
import { readCost, readMasses } from './masses.js';
import { networkSimplex } from './network-simplex.js';
import type { TransportPlan } from './plan.js';

/** The cheapest way to move p to q. */
export interface OptimalTransport {
  readonly cost: number;
  /** At most n + m - 1 cells that carry mass. */
  readonly plan: TransportPlan;
  /**
   * Prices f `[n]` and g `[m]` that prove it: f_i + g_j <= cost_ij, and sum p f + sum q g is the cost. They are the cost's gradients in p
   * and q, up to a constant. A point without mass has the best price that there is.
   */
  readonly potentials: readonly [Float64Array, Float64Array];
}

/**
 * Exact optimal transport, min over P of sum P_ij cost_ij with row sums p and column sums q: the linear programme of Kantorovich, by the
 * network simplex. In float64; n and m up to some thousands.
 *
 * Kantorovich: On the translocation of masses, 1942; Peyre, Cuturi: Computational Optimal Transport, 2019, arXiv:1803.00567.
 *
 * @param p `[n]`, at least 0, sums to 1 within 1e-4
 * @param q `[m]`, as p
 * @param cost `[n, m]`, finite
 * @throws ShapeError, DomainError for what is no distribution and for costs that are not finite
 *
 * @example
 * const { cost, plan } = optimalTransport([0.5, 0.5], [0.25, 0.75], [[0, 1], [1, 0]]);
 * console.log(cost, plan.mass.length); // 0.25 3
 */
export function optimalTransport(p: ArrayInput, q: ArrayInput, cost: ArrayInput): OptimalTransport {
  const from = readMasses('optimalTransport', 'p', p);
  const to = readMasses('optimalTransport', 'q', q);
  return transport(from, to, readCost('optimalTransport', cost, from.length, to.length));
}

/** As {@link optimalTransport}, of arguments that are known to be right. */
export function transport(p: Float64Array, q: Float64Array, cost: Float64Array): OptimalTransport {
  const [rows, columns] = [p, q].map((masses) => Int32Array.from(masses.keys()).filter((i) => masses[i]! > 0));
  const part = (masses: Float64Array, kept: Int32Array) => Float64Array.from(kept, (i) => masses[i]!);
  const whole = rows!.length === p.length && columns!.length === q.length;
  const costs = whole ? cost : submatrix(cost, q.length, rows!, columns!);
  const solved = networkSimplex(part(p, rows!), part(q, columns!), costs);
  const plan = {
    from: solved.plan.from.map((i) => rows![i]!),
    to: solved.plan.to.map((j) => columns![j]!),
    mass: solved.plan.mass,
  };
  const potentials = whole ? solved.prices : pricesForAll(solved.prices, rows!, columns!, p.length, q.length, cost);
  return { cost: solved.cost, plan, potentials };
}

/** The rows and columns of a matrix that are kept. */
export function submatrix(cost: Float64Array, width: number, rows: Int32Array, columns: Int32Array): Float64Array {
  const part = new Float64Array(rows.length * columns.length);
  rows.forEach((i, r) => columns.forEach((j, c) => (part[r * columns.length + c] = cost[i * width + j]!)));
  return part;
}

/** Points without mass get the largest price that no cost forbids. */
function pricesForAll(
  [f, g]: SimplexPrices,
  rows: Int32Array,
  columns: Int32Array,
  n: number,
  m: number,
  cost: Float64Array,
): SimplexPrices {
  const [allF, allG] = [new Float64Array(n).fill(NaN), new Float64Array(m).fill(NaN)];
  rows.forEach((i, r) => (allF[i] = f[r]!));
  columns.forEach((j, c) => (allG[j] = g[c]!));
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(allF[i]))
      allF[i] = columns.reduce((least, j) => Math.min(least, cost[i * m + j]! - allG[j]!), Infinity);
  }
  for (let j = 0; j < m; j++) {
    if (!Number.isNaN(allG[j])) continue;
    allG[j] = allF.reduce((least, price, i) => Math.min(least, cost[i * m + j]! - price), Infinity);
  }
  return [allF, allG];
}

type SimplexPrices = readonly [Float64Array, Float64Array];
