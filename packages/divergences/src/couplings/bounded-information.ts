import { type ArrayInput, DomainError } from '@surprisal/core';
import { type Joint, columnSums, entropyBits, indexOfLargest, mutualInformationBits, readMarginal } from './entropy.js';

/** A map of symbols to codes, and what it keeps. */
export interface CodeMap {
  /** `[n]`: the code of each symbol, numbered by first use. */
  readonly codes: Int32Array;
  /** H(T) = I(X; T), in bits. */
  readonly information: number;
}

/** Entropies are compared with a rate up to this much. */
const RATE_TOLERANCE = 1e-12;

/**
 * Entropy-bounded information maximisation: a map of symbols to codes T with H(T) <= rate and much I(X; T) = H(T), by merging codes:
 * the two smallest if that is enough, else the two largest, and on.
 *
 * Falls short of the best by at most h(p2), p2 the second largest probability. Symbols without probability keep a code of their own or
 * share that of the first.
 *
 * Ebrahimi, Chen, Khisti: Minimum Entropy Coupling with Bottleneck, 2024, arXiv:2410.21666 (Algorithm and Theorem 2).
 *
 * @param px `[n]`, sums to 1
 * @param rate bits, >= 0
 * @throws ShapeError, DomainError for what is no distribution, and for a negative rate
 *
 * @example
 * const { codes, information } = greedyCodes([0.7, 0.2, 0.1], 1);
 * console.log(codes.join(), information.toFixed(4)); // 0,1,1 0.8813
 */
export function greedyCodes(px: ArrayInput, rate: number): CodeMap {
  const p = readRated('greedyCodes', px, rate);
  let groups = Array.from(p.keys(), (x) => [x]).filter(([x]) => p[x!]! > 0);
  let masses = groups.map(([x]) => p[x!]!);
  let entropy = entropyBits(masses);
  while (entropy > rate + RATE_TOLERANCE && groups.length > 1) {
    const order = Array.from(masses.keys()).sort((a, b) => masses[a]! - masses[b]! || a - b);
    const smallest = order.slice(0, 2) as [number, number];
    const largest = Array.from(masses.keys()).sort((a, b) => masses[b]! - masses[a]! || a - b);
    const lost = mergingLoss(masses[smallest[0]]!, masses[smallest[1]]!);
    const [a, b] = entropy - lost <= rate + RATE_TOLERANCE ? smallest : (largest.slice(0, 2) as [number, number]);
    groups = merged(groups, a, b, (left, right) => [...left, ...right]);
    masses = merged(masses, a, b, (left, right) => left + right);
    entropy = entropyBits(masses);
  }
  return codeMap(p, groups);
}

/** What H(T) loses when codes of masses a and b become one, in bits: a log2(1 + b/a) + b log2(1 + a/b). */
export const mergingLoss = (a: number, b: number): number =>
  a > 0 && b > 0 ? a * Math.log2(1 + b / a) + b * Math.log2(1 + a / b) : 0;

/** Puts the item at b into the one at a, which keeps the place of the first of the two. */
function merged<T>(items: readonly T[], a: number, b: number, join: (left: T, right: T) => T): T[] {
  const [first, second] = [Math.min(a, b), Math.max(a, b)];
  const all = items.map((item, i) => (i === first ? join(item, items[second]!) : item));
  return all.filter((_, i) => i !== second);
}

/** The codes of groups, numbered by first use; a symbol without probability goes with code 0. */
function codeMap(p: Float64Array, groups: readonly (readonly number[])[]): CodeMap {
  const codes = new Int32Array(p.length);
  const inOrder = [...groups].sort((a, b) => Math.min(...a) - Math.min(...b));
  inOrder.forEach((group, code) => group.forEach((x) => (codes[x] = code)));
  return { codes, information: entropyBits(columnSums(jointOfCodes(p, codes))) };
}

/**
 * The best map of symbols to codes with H(T) <= rate, by looking at every partition of the symbols: at most 10.
 *
 * @throws DomainError when there are more symbols
 *
 * @example
 * console.log(exactCodes([0.7, 0.2, 0.1], 0.5).codes.join()); // 0,0,1
 */
export function exactCodes(px: ArrayInput, rate: number): CodeMap {
  const p = readRated('exactCodes', px, rate);
  if (p.length > 10) {
    throw new DomainError(`exactCodes: px must have at most 10 entries, got ${p.length}; take greedyCodes`);
  }
  let best: readonly (readonly number[])[] = [Array.from(p.keys())];
  let most = 0;
  for (const groups of partitions(p.length)) {
    const entropy = entropyBits(groups.map((group) => group.reduce((total, x) => total + p[x]!, 0)));
    if (entropy <= rate + RATE_TOLERANCE && entropy > most) [best, most] = [groups, entropy];
  }
  return codeMap(p, best);
}

/** Every partition of 0..n-1. */
function* partitions(n: number): Generator<readonly (readonly number[])[]> {
  if (n === 0) return void (yield []);
  for (const groups of partitions(n - 1)) {
    yield [...groups, [n - 1]];
    for (let i = 0; i < groups.length; i++) yield groups.map((group, k) => (k === i ? [...group, n - 1] : group));
  }
}

/**
 * Uniform quantisation, the baseline: floor(2^rate) codes of equally many symbols, in the order of the symbols.
 *
 * @example
 * console.log(uniformCodes([0.25, 0.25, 0.25, 0.25], 1).codes.join()); // 0,0,1,1
 */
export function uniformCodes(px: ArrayInput, rate: number): CodeMap {
  const p = readRated('uniformCodes', px, rate);
  const count = Math.floor(2 ** Math.min(rate, Math.log2(p.length)) + RATE_TOLERANCE);
  const block = Math.ceil(p.length / count);
  const codes = Int32Array.from(p, (_, x) => Math.floor(x / block));
  return { codes, information: entropyBits(columnSums(jointOfCodes(p, codes))) };
}

/** The joint distribution P(x, t) of symbols and their codes, `[n][codes]`. */
export function jointOfCodes(px: Float64Array, codes: Int32Array): Joint {
  const count = Math.max(...codes) + 1;
  return Array.from(px, (p, x) => new Float64Array(count).with(codes[x]!, p));
}

/**
 * Moves a little mass to raise the rate of a map: the cell that is the smallest part of its code gives `mass` to a new code (the last
 * column). Both H(T) and I(X; T) rise, by the best exchange there is near the map (Theorem 3).
 *
 * @throws DomainError when the cell holds no more than `mass`
 */
export function raiseRate(joint: Joint, mass: number): Joint {
  const sums = columnSums(joint);
  const [row, column] = smallestCell(joint, (x, t) => joint[x]![t]! / sums[t]!);
  checkMass('raiseRate', mass, joint[row]![column]!);
  const wide = joint.map((cells) => Float64Array.of(...cells, 0));
  return moved(wide, row, column, sums.length, mass);
}

/**
 * Moves a little mass to lower the rate of a map: the smallest cell of the least likely code gives `mass` to the likeliest one. Both
 * H(T) and I(X; T) fall (Theorem 3).
 *
 * @throws DomainError when the cell holds no more than `mass`, or there is one code alone
 */
export function lowerRate(joint: Joint, mass: number): Joint {
  const sums = columnSums(joint);
  if (sums.length < 2) throw new DomainError('lowerRate: joint must have at least two codes, got one');
  const low = indexOfLargest(sums.map((sum) => -sum));
  const [row] = smallestCell(joint, (x, t) => (t === low ? joint[x]![t]! : Infinity));
  checkMass('lowerRate', mass, joint[row]![low]!);
  return moved(joint, row, low, indexOfLargest(sums), mass);
}

function smallestCell(joint: Joint, size: (x: number, t: number) => number): [number, number] {
  let [best, smallest]: [[number, number], number] = [[0, 0], Infinity];
  joint.forEach((cells, x) =>
    cells.forEach((p, t) => {
      if (p > 0 && size(x, t) < smallest) [best, smallest] = [[x, t], size(x, t)];
    }),
  );
  return best;
}

const moved = (joint: Joint, row: number, from: number, to: number, mass: number): Joint =>
  joint.map((cells, x) => (x === row ? cells.with(from, cells[from]! - mass).with(to, cells[to]! + mass) : cells));

function checkMass(owner: string, mass: number, available: number) {
  if (mass > 0 && mass < available) return;
  throw new DomainError(`${owner}: mass must be above 0 and below the cell's ${available}, got ${mass}`);
}

/**
 * An encoder P(x, t) with H(T) <= rate that may lie between two maps: the greedy map, and from every map on either side of the rate its
 * neighbours, by moving mass in `steps` steps. Of all that keep the rate, the one with the most I(X; T).
 *
 * The maps are all there are for at most `exactUpTo` symbols (default 8, at most 10), else the greedy ones.
 *
 * @example
 * const joint = twoSidedEncoder([0.7, 0.2, 0.1], 0.7);
 * console.log(mutualInformationBits(joint) > greedyCodes([0.7, 0.2, 0.1], 0.7).information); // true
 */
export function twoSidedEncoder(
  px: ArrayInput,
  rate: number,
  { steps = 50, exactUpTo = 8 }: { readonly steps?: number; readonly exactUpTo?: number } = {},
): Joint {
  const p = readRated('twoSidedEncoder', px, rate);
  let best = jointOfCodes(p, greedyCodes(p, rate).codes);
  for (const codes of p.length <= exactUpTo ? allCodes(p) : greedyNeighbours(p, rate)) {
    for (const joint of neighbours(jointOfCodes(p, codes), rate, steps)) {
      const keeps = entropyBits(columnSums(joint)) <= rate + RATE_TOLERANCE;
      if (keeps && mutualInformationBits(joint) > mutualInformationBits(best)) best = joint;
    }
  }
  return best;
}

/** A map below the rate goes up, one above it down. */
function* neighbours(joint: Joint, rate: number, steps: number): Generator<Joint> {
  const sums = columnSums(joint);
  const below = entropyBits(sums) <= rate;
  if (below) yield joint;
  if (!below && sums.length < 2) return;
  const move = below ? raiseRate : lowerRate;
  const available = below
    ? smallestMass(joint, (x, t) => joint[x]![t]! / sums[t]!)
    : smallestMass(joint, (x, t) => (t === indexOfLargest(sums.map((sum) => -sum)) ? joint[x]![t]! : Infinity));
  for (let step = 1; step < steps; step++) yield move(joint, (available * step) / steps);
}

function smallestMass(joint: Joint, size: (x: number, t: number) => number): number {
  const [x, t] = smallestCell(joint, size);
  return joint[x]![t]!;
}

function* allCodes(p: Float64Array): Generator<Int32Array> {
  for (const groups of partitions(p.length))
    yield codeMap(
      p,
      groups.filter((group) => group.some((x) => p[x]! > 0)),
    ).codes;
}

function* greedyNeighbours(p: Float64Array, rate: number): Generator<Int32Array> {
  for (const factor of [1, 1.05, 1.1, 1.2, 1.4]) yield greedyCodes(p, rate * factor).codes;
}

function readRated(owner: string, px: ArrayInput, rate: number): Float64Array {
  if (!(rate >= 0)) throw new DomainError(`${owner}: rate must be at least 0 bits, got ${rate}`);
  return readMarginal(owner, 'px', px);
}
