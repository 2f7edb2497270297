import {
  DomainError,
  type Method,
  type MethodInfo,
  type NdArray,
  type Random,
  defineMethod,
  ndarray,
} from '@surprisal/core';
import type { z } from 'zod';
import { stationaryLaw } from './stationary-law.js';

/**
 * A stationary Markov source of order k over symbols 0 to a - 1, with all its entropies, in nats.
 *
 * @example
 * const source = switching({ k: 2, p: 0.95, q: 0.95 });
 * console.log(source.unigramEntropy.toFixed(3), source.entropyRate.toFixed(3)); // 0.693 0.199
 * console.log(source.generate(12, new Random(1)).join('')); // 110001100110
 */
export interface Source {
  readonly method: string;
  /** a */
  readonly alphabetSize: number;
  /** k: how many symbols the next one depends on. */
  readonly order: number;
  /** `[a^k, a]`: the law of the next symbol. Contexts are in lexicographic order, their oldest symbol first. */
  readonly transition: NdArray<Float64Array>;
  /** `[a^k]`: the stationary law of contexts. */
  readonly contextLaw: Float64Array;
  /** `[a]`: the stationary law of symbols. */
  readonly symbolLaw: Float64Array;
  /** H_inf = -sum_c pi(c) sum_x P(x|c) ln P(x|c), nats per symbol: what no model can beat. */
  readonly entropyRate: number;
  /** H_pi, the entropy of one symbol: what no memoryless model of symbols can beat. */
  readonly unigramEntropy: number;
  /** The entropy of a context of k symbols. */
  readonly contextEntropy: number;
  /** delta, the smallest transition probability. */
  readonly smallestTransition: number;
  /** H(X_1, ..., X_r), the entropy of r symbols in a row; r >= 0. */
  blockEntropy(r: number): number;
  /**
   * ln P(symbols), in nats: the stationary law of the first k symbols, then the transitions. Fewer than k symbols have their stationary law.
   *
   * @throws DomainError for symbols out of range
   */
  logLikelihood(symbols: ArrayLike<number>): number;
  /** n symbols; the first k are a context drawn from the stationary law, which takes one draw. */
  generate(n: number, random: Pick<Random, 'uniform'>): Int32Array;
}

declare module '@surprisal/core' {
  interface Kinds {
    source: Source;
  }
}

/** The law of a source. */
export interface SourceLaw {
  readonly order: number;
  readonly alphabetSize: number;
  /** `[a^k, a]`, row-major. */
  readonly transition: ArrayLike<number>;
  /** `[a^k]`, where it is known; else it is computed. */
  readonly contextLaw?: Float64Array;
}

/** A source's metadata, and its law. */
export interface SourceDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'source', S>, 'kind'> {
  readonly law: (params: z.output<S>) => SourceLaw;
}

/**
 * Makes a source method from its transition probabilities.
 *
 * @example
 * import { z } from 'zod';
 *
 * const coin = defineSource({
 *   name: 'coin',
 *   summary: 'A coin.',
 *   params: z.object({ heads: z.number().min(0).max(1).default(0.5) }),
 *   law: ({ heads }) => ({ order: 0, alphabetSize: 2, transition: [1 - heads, heads] }),
 * });
 * console.log(coin().entropyRate.toFixed(4)); // 0.6931
 */
export function defineSource<S extends z.ZodObject>({
  law,
  ...info
}: SourceDefinition<S>): Method<'source', S, Source> {
  return defineMethod<'source', S, Source>({ kind: 'source', ...info }, (params) =>
    createSource(info.name, law(params)),
  );
}

/** More contexts than this are not worked through. */
const MOST = 2 ** 16;

function createSource(method: string, { order, alphabetSize, transition, contextLaw: known }: SourceLaw): Source {
  const contexts = alphabetSize ** order;
  const table = checkTransition(method, Float64Array.from(transition), contexts, alphabetSize);
  const contextLaw = known ?? stationaryLaw(method, table, contexts, alphabetSize);
  const row = (context: number) => table.subarray(context * alphabetSize, (context + 1) * alphabetSize);
  const next = (context: number, symbol: number) => (context * alphabetSize + symbol) % contexts;
  const entropyRate = contextLaw.reduce((sum, share, c) => sum + (share > 0 ? share * entropy(row(c)) : 0), 0);
  const contextEntropy = entropy(contextLaw);

  /** The law of r symbols in a row, r <= k: of those that begin a context. */
  const prefixLaw = (r: number) => {
    const law = new Float64Array(alphabetSize ** r);
    contextLaw.forEach((share, context) => (law[Math.floor(context / alphabetSize ** (order - r))]! += share));
    return law;
  };
  const blockEntropy = (r: number) => {
    if (!(Number.isInteger(r) && r >= 0))
      throw new DomainError(`${method}: r must be a whole number of at least 0, got ${r}`);
    return r < order ? entropy(prefixLaw(r)) : contextEntropy + (r - order) * entropyRate;
  };
  const symbolLaw = order > 0 ? prefixLaw(1) : table.slice();

  return {
    method,
    alphabetSize,
    order,
    transition: ndarray(table, [contexts, alphabetSize]),
    contextLaw,
    symbolLaw,
    entropyRate,
    unigramEntropy: entropy(symbolLaw),
    contextEntropy,
    smallestTransition: table.reduce((least, share) => Math.min(least, share), 1),
    blockEntropy,
    logLikelihood(symbols) {
      const start = Math.min(order, symbols.length);
      let context = 0;
      for (let i = 0; i < start; i++) context = context * alphabetSize + checked(method, symbols, i, alphabetSize);
      let sum = Math.log(prefixLaw(start)[context]!);
      for (let i = start; i < symbols.length; i++) {
        const symbol = checked(method, symbols, i, alphabetSize);
        sum += Math.log(row(context)[symbol]!);
        context = next(context, symbol);
      }
      return sum;
    },
    generate(n, random) {
      const symbols = new Int32Array(n);
      let context = draw(contextLaw, random.uniform());
      for (let i = 0; i < n; i++) {
        if (i < order) symbols[i] = Math.floor(context / alphabetSize ** (order - 1 - i)) % alphabetSize;
        else {
          symbols[i] = draw(row(context), random.uniform());
          context = next(context, symbols[i]!);
        }
      }
      return symbols;
    },
  };
}

/** -sum p ln p, with 0 ln 0 = 0. */
export function entropy(law: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < law.length; i++) if (law[i]! > 0) sum -= law[i]! * Math.log(law[i]!);
  return sum;
}

/** The first index whose cumulative probability exceeds u; rounding may leave a sliver to the last possible one. */
function draw(law: Float64Array, u: number): number {
  let sum = 0;
  let possible = 0;
  for (let i = 0; i < law.length; i++) {
    if (law[i] === 0) continue;
    possible = i;
    sum += law[i]!;
    if (sum > u) return i;
  }
  return possible;
}

function checkTransition(owner: string, table: Float64Array, contexts: number, alphabetSize: number): Float64Array {
  if (contexts > MOST)
    throw new DomainError(`${owner}: alphabet ^ order must be at most ${MOST} contexts, got ${contexts}`);
  if (table.length !== contexts * alphabetSize) {
    const wanted = `[${contexts}, ${alphabetSize}]`;
    throw new DomainError(`${owner}: transition must be ${wanted} probabilities, row by row, got ${table.length}`);
  }
  for (let c = 0; c < contexts; c++) {
    const row = table.subarray(c * alphabetSize, (c + 1) * alphabetSize);
    const sum = row.reduce((total, share) => total + share, 0);
    if (!(Math.abs(sum - 1) < 1e-6 && row.every((share) => share >= 0)))
      throw new DomainError(
        `${owner}: transition must have rows of numbers >= 0 with the sum 1, got [${row.join(', ')}] in row ${c}`,
      );
  }
  return table;
}

function checked(owner: string, symbols: ArrayLike<number>, i: number, size: number): number {
  const symbol = symbols[i]!;
  if (symbol >= 0 && symbol < size && Number.isInteger(symbol)) return symbol;
  throw new DomainError(`${owner}: symbols must be whole numbers from 0 to ${size - 1}, got ${symbol} at index ${i}`);
}
