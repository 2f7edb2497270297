import {
  type ClaimEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  Random,
  claim,
  estimate,
  table,
} from '@surprisal/core';
import {
  type NextLogits,
  type Search,
  batched,
  beamSearch,
  complete,
  enhancedTopP,
  greedySearch,
  topP,
} from '@surprisal/decoding';
import type { CemParams } from './params.js';
import type { Part } from '../shared/in-turn.js';
import { bestContinuation, contextOf, randomMarkov } from './random-markov.js';
import { type TextTask, textTask } from '../shared/text-task.js';

const P = 0.9;

/** Searches that find the same path each time. */
const searches: Readonly<Record<string, Search>> = {
  greedy: greedySearch(),
  'beam search, 4': beamSearch({ beams: 4, lengthPenalty: 0 }),
  'beam search, 16': beamSearch({ beams: 16, lengthPenalty: 0 }),
  'enhanced, 4 chains': enhancedTopP({ p: P, keep: 4 }),
  'enhanced, 16 chains': enhancedTopP({ p: P, keep: 16 }),
};

/** Searches that draw, made from a seed. Of their chains, the best one counts, and any. */
const draws: Readonly<Record<string, (seed: number) => Search>> = {
  'stochastic beams, 4': (seed) => enhancedTopP({ p: 1, keep: 4, mode: 'sample', seed }),
  'enhanced, sampled, 4 chains': (seed) => enhancedTopP({ p: P, keep: 4, mode: 'sample', seed }),
  'enhanced, sampled, 16 chains': (seed) => enhancedTopP({ p: P, keep: 16, mode: 'sample', seed }),
};
const ANY = ' (any chain)';
const PLAIN = `top-p ${P}`;
const OPTIMUM = 'optimum';

/** What follows a prompt, and of a source the log-probability of its best path. */
interface Beginning {
  readonly next: NextLogits;
  readonly prompt: readonly number[];
  readonly optimum?: number;
}

/** The mean log-probability (nats) of the paths that each decoder finds from one beginning. */
export interface PathResult {
  readonly task: 'paths';
  readonly where: 'source' | 'book';
  readonly seed: number;
  readonly [decoder: string]: number | string;
}

/** All decoders, from each beginning. */
export function pathParts({ params, seed, data }: StudyContext<CemParams>): Part<PathResult>[] {
  let book: Promise<TextTask> | undefined; // trained for the first place
  const partOf = (where: PathResult['where'], run: number, begin: (random: Random) => Promise<Beginning>) => ({
    label: `paths of ${where} ${run}`,
    compute: async () => {
      const random = new Random(run).split('paths', where);
      return { task: 'paths' as const, where, seed: run, ...(await decode(await begin(random), params, random)) };
    },
  });
  return [
    ...Array.from({ length: params.sources }, (_, i) =>
      partOf('source', seed + i, (random) => Promise.resolve(inSource(params.length, random))),
    ),
    ...Array.from({ length: params.places }, (_, i) =>
      partOf('book', seed + i, async (random) => inBook(await (book ??= textTask(params, data)), params, random)),
    ),
  ];
}

/** A random source of second order with 20 symbols, and two of them drawn from it. */
function inSource(length: number, random: Random): Beginning {
  const source = randomMarkov({ alphabet: 20, order: 2, concentration: 0.15 }, random.split('source'));
  const prompt = Array.from(source.generate(2, random.split('prompt')));
  const logProbs = source.transition.data.map(Math.log);
  const size = source.alphabetSize;
  const next = (symbols: readonly number[]) => {
    const context = contextOf(source, symbols);
    return logProbs.subarray(context * size, (context + 1) * size);
  };
  return { next, prompt, optimum: bestContinuation(source, prompt, length) };
}

function inBook({ model, unseen }: TextTask, { prompt: size }: CemParams, random: Random): Beginning {
  const from = random.split('prompt').integer(unseen.length - size);
  return { next: (tokens) => model.next(tokens), prompt: Array.from(unseen.subarray(from, from + size)) };
}

/** What each decoder reaches; those that draw, on average. */
async function decode({ next, prompt, optimum }: Beginning, params: CemParams, random: Random) {
  const request = { model: batched(next), prompt, maxTokens: params.length };
  const reached: Record<string, number> = {};
  const seeds = Array.from({ length: params.draws }, (_, i) => random.split('seed', i).integer(2 ** 31));
  reached[PLAIN] = await meanOver(seeds, async (seed) => {
    const { meanSurprisal, tokens } = await complete({ ...request, model: next, sampler: topP({ p: P, seed }) });
    return -meanSurprisal * Math.LN2 * tokens.length;
  });
  for (const [name, search] of Object.entries(searches)) reached[name] = (await search(request))[0]!.logProb;
  for (const [name, search] of Object.entries(draws)) {
    const anyOf: number[] = [];
    reached[name] = await meanOver(seeds, async (seed) => {
      const chains = (await search(seed)(request)).map(({ logProb }) => logProb);
      anyOf.push(mean(chains));
      return chains[0]!;
    });
    reached[name + ANY] = mean(anyOf);
  }
  return optimum === undefined ? reached : { ...reached, [OPTIMUM]: optimum };
}

async function meanOver(seeds: readonly number[], value: (seed: number) => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (const seed of seeds) values.push(await value(seed));
  return mean(values);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Table and claim 4. */
export function* pathEvents(results: readonly PathResult[]): Generator<StudyEvent> {
  const inSources = results.filter(({ where }) => where === 'source');
  const inBooks = results.filter(({ where }) => where === 'book');
  yield pathTable(inSources, inBooks);
  yield* sourceClaims(inSources);
  yield bookClaim(inBooks);
}

const reachedBy = (results: readonly PathResult[], decoder: string) =>
  estimate(results.map((result) => result[decoder] as number));

/** The decoders of the claim, worst first. */
const RISING = [PLAIN, 'enhanced, sampled, 4 chains', 'enhanced, 4 chains'];
const NO_WORSE = 1e-9; // rounding: sums of the same numbers in another order

const rises = (values: readonly number[]) => values.every((value, i) => i === 0 || value > values[i - 1]!);
const means = (results: readonly PathResult[], decoders: readonly string[]) =>
  decoders.map((decoder) => reachedBy(results, decoder).mean);
const show = (values: readonly number[]) => values.map((value) => value.toFixed(1)).join(', ');

function* sourceClaims(results: readonly PathResult[]): Generator<ClaimEvent> {
  const note = `${results.length} sources of second order, 20 symbols, laws from a Dirichlet distribution of concentration 0.15; best chain`;
  const inOrder = results.filter((result) => {
    const values = means([result], RISING);
    return rises(values) && values.at(-1)! <= (result[OPTIMUM] as number) + NO_WORSE;
  }).length;
  yield claim({
    says: 'random sources: log-probability of the path: top-p < enhanced, sampled, 4 chains < enhanced, deterministic, 4 chains <= the optimum, in every source',
    paper: 'paths chosen by what they have accumulated are better than tokens chosen one by one',
    measured: `in ${inOrder} of ${results.length}; on average ${show(means(results, [...RISING, OPTIMUM]))}`,
    holds: inOrder === results.length,
    note,
  });
  const exact = results.filter(
    (result) => (result['enhanced, 16 chains'] as number) >= (result[OPTIMUM] as number) - NO_WORSE,
  ).length;
  yield claim({
    says: 'random sources: with 16 chains, deterministic, it finds the optimum in every source',
    paper: 'not in the paper',
    measured: `in ${exact} of ${results.length}; on average ${show(means(results, ['enhanced, 16 chains', OPTIMUM]))}`,
    holds: exact === results.length,
    note,
  });
}

function bookClaim(results: readonly PathResult[]): ClaimEvent {
  const values = means(results, RISING);
  return claim({
    says: 'a book: top-p < enhanced, sampled, 4 chains < enhanced, deterministic, 4 chains, on average',
    paper: 'paths chosen by what they have accumulated are better than tokens chosen one by one',
    measured: show(values),
    holds: rises(values),
    note: `n-gram model of the book, from ${results.length} places that it has not seen; best chain`,
  });
}

function pathTable(inSources: readonly PathResult[], inBooks: readonly PathResult[]): TableEvent {
  const sampled = Object.keys(draws).flatMap((name) => [name, name + ANY]);
  return table({
    name: 'paths',
    columns: [
      { key: 'decoder', title: 'decoder' },
      { key: 'source', title: 'random sources (nats)', better: 'higher' },
      { key: 'book', title: 'book (nats)', better: 'higher' },
    ],
    rows: [PLAIN, ...sampled, ...Object.keys(searches), OPTIMUM].map((decoder) => ({
      decoder,
      source: reachedBy(inSources, decoder),
      book: decoder === OPTIMUM ? 'not known' : reachedBy(inBooks, decoder),
    })),
  });
}
