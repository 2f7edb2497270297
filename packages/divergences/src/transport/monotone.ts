import { sortNumbers } from '@surprisal/core/numerics';
import type { TransportPlan } from './plan.js';

/** Points on a line; without weights all weigh the same. With them, the weights sum to 1. */
export interface LinePoints {
  readonly values: Float64Array;
  readonly weights?: Float64Array | undefined;
}

/** Sorted points, and where each stood before. */
export interface SortedPoints extends LinePoints {
  readonly order: Int32Array;
}

/** Points in rising order. */
export function sortPoints({ values, weights }: LinePoints): SortedPoints {
  const sorted = sortNumbers(values);
  return { ...sorted, weights: weights && inOrder(weights, sorted.order) };
}

function inOrder(list: Float64Array, order: Int32Array): Float64Array {
  const result = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) result[i] = list[order[i]!]!;
  return result;
}

/**
 * Sum of the masses times their costs, when mass moves in order: the least to the least, and so on, which is best for every convex cost of
 * the distance. One pass over both.
 *
 * Equal weights are counted in whole numbers, so that no mass is lost to rounding.
 */
export function sumInOrder(x: SortedPoints, y: SortedPoints, cost: (x: number, y: number) => number): number {
  const [n, m] = [x.values.length, y.values.length];
  if (n === m && !x.weights && !y.weights) {
    let total = 0;
    for (let i = 0; i < n; i++) total += cost(x.values[i]!, y.values[i]!);
    return total / n;
  }
  let total = 0;
  moveInOrder(x, y, (i, j, mass) => void (total += mass * cost(x.values[i]!, y.values[j]!)));
  return total;
}

/** The masses that move in order, as a plan between the points as they were before sorting. */
export function planInOrder(x: SortedPoints, y: SortedPoints): TransportPlan {
  const size = x.values.length + y.values.length;
  const [from, to, mass] = [new Int32Array(size), new Int32Array(size), new Float64Array(size)];
  let count = 0;
  moveInOrder(x, y, (i, j, moved) => {
    from[count] = x.order[i]!;
    to[count] = y.order[j]!;
    mass[count++] = moved;
  });
  return { from: from.slice(0, count), to: to.slice(0, count), mass: mass.slice(0, count) };
}

function moveInOrder(x: SortedPoints, y: SortedPoints, move: (i: number, j: number, mass: number) => void): void {
  const [n, m] = [x.values.length, y.values.length];
  const weighted = x.weights ?? y.weights;
  const [ofX, ofY, unit] = weighted ? [1 / n, 1 / m, 1] : [m, n, 1 / (n * m)];
  let [i, j] = [0, 0];
  let left = x.weights ? x.weights[0]! : ofX;
  let right = y.weights ? y.weights[0]! : ofY;
  for (;;) {
    const mass = Math.min(left, right);
    if (mass > 0) move(i, j, mass * unit);
    left -= mass;
    right -= mass;
    if (left <= 0) {
      if (++i === n) return;
      left = x.weights ? x.weights[i]! : ofX;
    }
    if (right <= 0) {
      if (++j === m) return;
      right = y.weights ? y.weights[j]! : ofY;
    }
  }
}

/** The integral over the line of the squared difference of both distribution functions. */
export function squaredCdfDistance(x: SortedPoints, y: SortedPoints): number {
  const [n, m] = [x.values.length, y.values.length];
  let [i, j, below, total] = [0, 0, 0, 0];
  let last = Math.min(x.values[0]!, y.values[0]!);
  while (i < n || j < m) {
    const fromX = j === m || (i < n && x.values[i]! <= y.values[j]!);
    const value = fromX ? x.values[i]! : y.values[j]!;
    total += below * below * (value - last);
    last = value;
    if (fromX) below += x.weights ? x.weights[i++]! : (i++, 1 / n);
    else below -= y.weights ? y.weights[j++]! : (j++, 1 / m);
  }
  return total;
}
