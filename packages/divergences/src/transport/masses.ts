import { type ArrayInput, DomainError, ShapeError, toFloat64 } from '@surprisal/core';

/** Masses may sum to 1 within this much: what float32 leaves. They are renormalised. */
const SUM_TOLERANCE = 1e-4;

/** Reads how much mass lies at each of n points: at least 0, summing to 1 within 1e-4; what rounding left of the sum is mended. */
export function readMasses(owner: string, argument: string, input: ArrayInput): Float64Array {
  const { shape, data } = toFloat64(input);
  if (shape.length !== 1 || data.length === 0) {
    throw new ShapeError(`${owner}: ${argument} must be [n] with n >= 1, got [${shape.join(', ')}]`);
  }
  const total = sumOfMasses(owner, argument, data);
  if (Math.abs(total - 1) > SUM_TOLERANCE) {
    throw new DomainError(
      `${owner}: ${argument} must sum to 1 within ${SUM_TOLERANCE}, got a sum of ${Number(total.toPrecision(6))}`,
    );
  }
  return data.map((mass) => mass / total);
}

/** The sum of masses, each of which must be a number of at least 0. */
export function sumOfMasses(owner: string, argument: string, masses: Float64Array): number {
  let total = 0;
  for (let i = 0; i < masses.length; i++) {
    const mass = masses[i]!;
    if (!(mass >= 0 && mass < Infinity)) {
      throw new DomainError(`${owner}: ${argument} must be at least 0 and finite, got ${mass} at index ${i}`);
    }
    total += mass;
  }
  return total;
}

/** Reads what it costs to move a unit of mass from each of n points to each of m: `[n, m]`, finite. */
export function readCost(owner: string, input: ArrayInput, n: number, m: number): Float64Array {
  const cost = readMatrix(owner, input, n, m);
  for (let at = 0; at < cost.length; at++)
    if (!Number.isFinite(cost[at])) throw wrongCost(owner, 'finite', cost, at, m);
  return cost;
}

/** The same where nothing may move between some points, at a cost of Infinity; all mass must have a place to go to, and to come from. */
export function readMaskedCost(owner: string, input: ArrayInput, p: Float64Array, q: Float64Array): Float64Array {
  const [n, m] = [p.length, q.length];
  const cost = readMatrix(owner, input, n, m);
  let masked = false;
  for (let at = 0; at < cost.length; at++) {
    if (!(cost[at]! > -Infinity)) throw wrongCost(owner, 'finite or Infinity', cost, at, m);
    masked ||= cost[at] === Infinity;
  }
  if (masked) {
    checkWays(owner, 'p', p, (i) => q.some((mass, j) => mass > 0 && cost[i * m + j]! < Infinity));
    checkWays(owner, 'q', q, (j) => p.some((mass, i) => mass > 0 && cost[i * m + j]! < Infinity));
  }
  return cost;
}

function checkWays(owner: string, argument: string, masses: Float64Array, hasWay: (i: number) => boolean): void {
  const stuck = masses.findIndex((mass, i) => mass > 0 && !hasWay(i));
  if (stuck < 0) return;
  throw new DomainError(
    `${owner}: cost must be finite between all mass and some other, got Infinity alone for ${argument} at index ${stuck}`,
  );
}

function readMatrix(owner: string, input: ArrayInput, n: number, m: number): Float64Array {
  const { shape, data } = toFloat64(input);
  if (shape.length === 2 && shape[0] === n && shape[1] === m) return data;
  throw new ShapeError(`${owner}: cost must be [n, m] with n = ${n}, m = ${m} as p and q, got [${shape.join(', ')}]`);
}

const wrongCost = (owner: string, expected: string, cost: Float64Array, at: number, m: number) =>
  new DomainError(`${owner}: cost must be ${expected}, got ${cost[at]} at [${Math.floor(at / m)}, ${at % m}]`);
