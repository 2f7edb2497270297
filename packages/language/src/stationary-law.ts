import { DomainError } from '@surprisal/core';

/** More contexts than this take too long to solve for directly. */
const MOST = 1024;

/**
 * The stationary law of the contexts of a Markov source, pi P = pi: nothing outside the one closed class, and inside it by the elimination of
 * Grassmann, Taksar and Heyman, which subtracts nothing and so loses no digits, and does not mind periods.
 *
 * @param table `[contexts, alphabetSize]`, the probability of each next symbol
 * @throws DomainError when there are several stationary laws, or too many contexts
 *
 * Grassmann, Taksar, Heyman: Regenerative Analysis and Steady State Distributions for Markov Chains, 1985.
 */
export function stationaryLaw(
  owner: string,
  table: Float64Array,
  contexts: number,
  alphabetSize: number,
): Float64Array {
  const next = (context: number, symbol: number) => (context * alphabetSize + symbol) % contexts;
  const closed = closedClass(owner, contexts, (context) =>
    Array.from({ length: alphabetSize }, (_, symbol) => symbol)
      .filter((symbol) => table[context * alphabetSize + symbol]! > 0)
      .map((symbol) => next(context, symbol)),
  );
  if (closed.length > MOST)
    throw new DomainError(`${owner}: alphabet ^ order must be at most ${MOST} contexts, got ${closed.length}`);
  const place = new Map(closed.map((context, i) => [context, i]));
  const chain = closed.map((context) => {
    const row = new Float64Array(closed.length);
    for (let symbol = 0; symbol < alphabetSize; symbol++) {
      const share = table[context * alphabetSize + symbol]!;
      if (share > 0) row[place.get(next(context, symbol))!]! += share;
    }
    return row;
  });
  const law = new Float64Array(contexts);
  eliminate(chain).forEach((share, i) => (law[closed[i]!] = share));
  return law;
}

/** The stationary law of an irreducible chain; its rows are used up. */
function eliminate(chain: Float64Array[]): Float64Array {
  const n = chain.length;
  for (let k = n - 1; k > 0; k--) {
    const leaving = chain[k]!.subarray(0, k).reduce((sum, share) => sum + share, 0);
    for (let i = 0; i < k; i++) {
      const weight = (chain[i]![k]! /= leaving);
      if (weight > 0) for (let j = 0; j < k; j++) chain[i]![j]! += weight * chain[k]![j]!;
    }
  }
  const law = new Float64Array(n);
  law[0] = 1;
  for (let k = 1; k < n; k++) for (let i = 0; i < k; i++) law[k]! += law[i]! * chain[i]![k]!;
  const total = law.reduce((sum, share) => sum + share, 0);
  return law.map((share) => share / total);
}

/** The contexts that are visited for ever, ascending; there must be one such class that is reached from everywhere. */
function closedClass(owner: string, contexts: number, successors: (context: number) => readonly number[]): number[] {
  const before: number[][] = Array.from({ length: contexts }, () => []);
  for (let context = 0; context < contexts; context++)
    for (const after of successors(context)) before[after]!.push(context);
  for (let start = 0; ;) {
    const reached = reach(start, successors);
    const reaching = reach(start, (context) => before[context]!);
    const lost = Array.from(reached).find((context) => !reaching.has(context));
    if (lost !== undefined) start = lost;
    else if (reaching.size === contexts) return Array.from(reached).sort((a, b) => a - b);
    else throw new DomainError(`${owner}: the stationary law must be unique, got several closed classes of contexts`);
  }
}

function reach(start: number, successors: (context: number) => readonly number[]): Set<number> {
  const seen = new Set([start]);
  for (const context of seen) for (const after of successors(context)) seen.add(after);
  return seen;
}
