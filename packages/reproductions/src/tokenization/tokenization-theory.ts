import {
  type ClaimEvent,
  type Estimate,
  type PlotEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  Random,
  claim,
  defineStudy,
  estimate,
  paper,
  table,
} from '@surprisal/core';
import {
  type Source,
  type TokenizerTrainer,
  blockLoss,
  blocks,
  bpe,
  lossPerCharacter,
  lzw,
  switching,
  unigram,
  unigramTokenBound,
} from '@surprisal/language';
import { z } from 'zod';
import { type Part, inTurn } from '../shared/in-turn.js';
import { linePlot } from '../shared/line-plot.js';

const schema = z.object({
  symbols: z.number().int().min(100).default(60_000).describe('symbols of each training text, and of each test text'),
  // One text of 60,000 symbols has a standard error of 0.002: eight have less than a third of the 0.003 of the third claim.
  seeds: z.number().int().min(1).default(8).describe('texts per source, each with a seed of its own'),
});

type Params = z.output<typeof schema>;

/** Balanced symbols: a memoryless model of them learns nothing, at any order. */
const sources = {
  'k 1, p 0.8': switching({ k: 1, p: 0.8, q: 0.8 }),
  'k 2, p 0.95': switching({ k: 2, p: 0.95, q: 0.95 }),
  'k 4, p 0.9': switching({ k: 4, p: 0.9, q: 0.9 }),
};
type SourceName = keyof typeof sources;
const [FIRST, SECOND, FOURTH] = Object.keys(sources) as [SourceName, SourceName, SourceName];

/** Each makes a dictionary of 2^r tokens of two symbols, and encodes by its own way. */
const tokenizers = {
  bpe: (r: number) => bpe({ size: 2 ** r }),
  lzw: (r: number) => lzw({ size: 2 ** r }),
  blocks: (r: number) => blocks({ r }),
} satisfies Record<string, (r: number) => TokenizerTrainer>;
type TokenizerName = keyof typeof tokenizers;
const names = Object.keys(tokenizers) as TokenizerName[];

/** Dictionaries of 2 tokens, which are the symbols, to 256. */
const exponents = [1, 2, 3, 4, 5, 6, 7, 8];

interface Result {
  readonly source: SourceName;
  readonly tokenizer: TokenizerName;
  readonly seed: number;
  /** Nats per symbol of held-out text, for dictionaries of 2, 4, ..., 256 tokens. */
  readonly losses: readonly number[];
}

/**
 * Paper 23: what tokens buy a memoryless model, on switching sources whose entropies are known. The held-out loss per symbol of a unigram
 * model of tokens against the entropy rate and the entropy of one symbol, for tokenizers that learn and for blocks.
 */
export const tokenizationTheory = defineStudy({
  name: 'tokenization-theory',
  summary: 'Unigram models of tokens on sources of known entropy: BPE, LZW and blocks of 2 to 256 tokens.',
  paper: paper(23),
  params: schema,
  quick: { symbols: 20_000, seeds: 2 },
  host: true,
  async *run(context: StudyContext<Params>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* inTurn(partsOf(context), context, ({ losses, ...run }) =>
      losses.map((loss, i) => ({ ...run, size: 2 ** exponents[i]!, loss })),
    );
    if (!results) return;
    const lossOf: LossOf = (source, tokenizer, size) =>
      estimate(
        results
          .filter((result) => result.source === source && result.tokenizer === tokenizer)
          .map(({ losses }) => losses[exponents.indexOf(Math.log2(size))]!),
      );
    yield lossTable(lossOf);
    for (const source of Object.keys(sources) as SourceName[]) yield lossPlot(source, lossOf);
    yield* barrierClaims(lossOf);
    yield* dictionaryClaims(lossOf);
    yield* blockClaims(lossOf);
    yield* orderClaims(lossOf);
    yield boundClaim(lossOf);
  },
});

/** Over the texts of a source. */
type LossOf = (source: SourceName, tokenizer: TokenizerName, size: number) => Estimate;

const partsOf = ({ params, seed }: StudyContext<Params>): Part<Result>[] =>
  (Object.keys(sources) as SourceName[]).flatMap((source) =>
    Array.from({ length: params.seeds }, (_, i) => seed + i).flatMap((run) =>
      names.map((tokenizer) => ({
        label: `${source}, ${tokenizer}, seed ${run}`,
        compute: () => ({ source, tokenizer, seed: run, losses: losses(sources[source], tokenizer, params, run) }),
      })),
    ),
  );

/** The texts depend on the seed alone: all tokenizers are measured on the same. */
function losses(source: Source, tokenizer: TokenizerName, { symbols }: Params, seed: number): number[] {
  const [train, test] = ['train', 'test'].map((part) => source.generate(symbols, new Random(seed).split(part)));
  return exponents.map((r) => {
    const trained = tokenizers[tokenizer](r).train(train!, { alphabetSize: 2 });
    const model = unigram({ alpha: 1 }).train(trained.encode(train!), { vocabularySize: trained.size });
    return lossPerCharacter(trained, model, test!);
  });
}

const note = 'nats per symbol of held-out text, add-one smoothing; the mean over texts';
const nats = (value: number) => value.toFixed(3);

/** Claim 1: a unigram model of symbols cannot do better than ln 2 here; one of tokens can. */
function* barrierClaims(lossOf: LossOf): Generator<ClaimEvent> {
  const { entropyRate } = sources[SECOND];
  for (const [tokenizer, size, factor] of [
    ['bpe', 64, 1.15],
    ['lzw', 256, 1.35],
  ] as const) {
    const measured = lossOf(SECOND, tokenizer, size);
    yield claim({
      says: `${SECOND}: ${tokenizer} with ${size} tokens loses at most ${factor} H_inf = ${nats(factor * entropyRate)}`,
      paper: 'a unigram model of tokens comes near the entropy rate, one of characters does not',
      measured,
      holds: measured.mean <= factor * entropyRate,
      note: `${note}; H_inf ${nats(entropyRate)}, H_pi ${nats(sources[SECOND].unigramEntropy)}`,
    });
  }
}

/** Claim 2: blocks need dictionaries that grow exponentially with what they gain. */
function* dictionaryClaims(lossOf: LossOf): Generator<ClaimEvent> {
  for (const size of [64, 256]) {
    const [pairs, prefixes, all] = names.map((name) => lossOf(SECOND, name, size).mean) as [number, number, number];
    yield claim({
      says: `${SECOND}, ${size} tokens: bpe loses less than lzw, and lzw less than blocks`,
      paper: 'learned dictionaries need fewer tokens than blocks',
      measured: [pairs, prefixes, all].map(nats).join(', '),
      holds: pairs < prefixes && prefixes < all,
      note,
    });
  }
}

/** Claim 3: what blocks lose on a source of first order is known: (H_pi + (r - 1) H_inf) / r. */
function* blockClaims(lossOf: LossOf): Generator<ClaimEvent> {
  for (const r of [4, 8]) {
    const exact = blockLoss(sources[FIRST], r);
    const measured = lossOf(FIRST, 'blocks', 2 ** r);
    yield claim({
      says: `${FIRST}: blocks of ${r} symbols lose what the formula says, within 0.003`,
      paper: exact,
      measured,
      holds: Math.abs(measured.mean - exact) <= 0.003,
      note,
    });
  }
}

/** Claim 4: tokens of a small dictionary depend on one another, and a model without memory loses by it. */
function* orderClaims(lossOf: LossOf): Generator<ClaimEvent> {
  const { unigramEntropy } = sources[FOURTH];
  const [smallest, ...larger] = [4, 16, 64, 256].map((size) => lossOf(FOURTH, 'bpe', size));
  yield claim({
    says: `${FOURTH}: bpe with 4 tokens loses more than characters, ${nats(unigramEntropy)}`,
    paper: 'higher order needs larger dictionaries',
    measured: smallest!,
    holds: smallest!.mean > unigramEntropy,
    note,
  });
  const falling = [smallest!, ...larger].map(({ mean }) => mean);
  yield claim({
    says: `${FOURTH}: from there on the loss of bpe falls, with 16, 64, 256 tokens`,
    paper: 'higher order needs larger dictionaries',
    measured: falling.map(nats).join(', '),
    holds: falling.every((loss, i) => i === 0 || loss < falling[i - 1]!),
    note,
  });
}

/** The theorem, on all sources and sizes of which it says something. */
function boundClaim(lossOf: LossOf): ClaimEvent {
  const room = (Object.keys(sources) as SourceName[]).flatMap((source) =>
    exponents
      .map((r) => unigramTokenBound(sources[source], 2 ** r).bound - lossOf(source, 'lzw', 2 ** r).mean)
      .filter(Number.isFinite),
  );
  return claim({
    says: 'lzw never loses more than H_inf / (1 - epsilon), epsilon = ln(1/delta) / (0.99 ln d), where epsilon < 1',
    paper: 'theorem: no exception',
    measured: `${room.filter((gap) => gap < 0).length} exceptions in ${room.length}, at least ${nats(Math.min(...room))} below`,
    holds: room.every((gap) => gap >= 0),
    note: `${note}; the constant 0.99 is uncertain`,
  });
}

function lossTable(lossOf: LossOf): TableEvent {
  return table({
    name: 'losses',
    columns: [
      { key: 'source', title: 'source' },
      { key: 'size', title: 'tokens' },
      ...names.map((name) => ({ key: name, title: `${name} (nats per symbol)`, better: 'lower' as const })),
      { key: 'exact', title: 'blocks, exact' },
      { key: 'rate', title: 'H_inf' },
      { key: 'unigram', title: 'H_pi' },
    ],
    rows: (Object.keys(sources) as SourceName[]).flatMap((source) =>
      exponents.map((r) => ({
        source,
        size: 2 ** r,
        ...Object.fromEntries(names.map((name) => [name, lossOf(source, name, 2 ** r)])),
        exact: blockLoss(sources[source], r),
        rate: sources[source].entropyRate,
        unigram: sources[source].unigramEntropy,
      })),
    ),
  });
}

function lossPlot(source: SourceName, lossOf: LossOf): PlotEvent {
  const { entropyRate, unigramEntropy } = sources[source];
  const lines: Readonly<Record<string, (size: number) => number>> = {
    ...Object.fromEntries(names.map((name) => [name, (size: number) => lossOf(source, name, size).mean])),
    'H_pi, one symbol': () => unigramEntropy,
    'H_inf, entropy rate': () => entropyRate,
  };
  return linePlot({
    name: `loss-by-size-${source.replaceAll(/[ ,]+/g, '-')}`,
    caption: `Loss of a unigram model of tokens (nats per symbol) by the size of the dictionary, for the switching source with ${source}.`,
    x: { field: 'size', title: 'tokens in the dictionary', scale: { type: 'log', base: 2 } },
    y: { field: 'loss', title: 'loss (nats per symbol)' },
    series: { field: 'line', title: 'tokenizer' },
    values: Object.entries(lines).flatMap(([line, loss]) =>
      exponents.map((r) => ({ line, size: 2 ** r, loss: loss(2 ** r) })),
    ),
  });
}
