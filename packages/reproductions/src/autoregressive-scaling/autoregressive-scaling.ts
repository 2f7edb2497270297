import {
  type ClaimEvent,
  type Datasets,
  type Estimate,
  type PlotEvent,
  Random,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  claim,
  defineStudy,
  estimate,
  paper,
  table,
} from '@surprisal/core';
import {
  type PowerTrend,
  computeFrontier,
  fitPowerTrend,
  forecastLoss,
  scaleForReducible,
  tokenExponentOfSize,
  trendLoss,
  wordsPerPicture,
} from '@surprisal/scaling-laws';
import { z } from 'zod';
import { type Part, inTurn } from '../shared/in-turn.js';
import { BEST_SIZE_EXPONENT, type CaptionCheck, MEMORY, captionCheck, learningCurves, memorisers } from './known-sources.js'; // prettier-ignore
import { linePlot } from '../shared/line-plot.js';

const schema = z.object({
  lossNoise: z.number().min(0).default(0.002).describe('noise of the losses of memorising models, relative'),
  curveNoise: z.number().min(0).default(0.002).describe('noise of the losses of learning curves, relative'),
  captions: z.number().int().min(10).default(5000).describe('pairs of images and captions'),
  seeds: z.number().int().min(1).default(10).describe('draws of everything that is random'),
});

type Params = z.output<typeof schema>;

/** Twelve sizes of models that memorise contexts, evenly spaced in logarithms. */
const SIZES = Array.from({ length: 12 }, (_, i) => Math.round(10 * 300 ** (i / 11)));

/** What one seed draws, and what is found in it. */
interface Draw {
  readonly seed: number;
  readonly noisy: PowerTrend;
  /** The exponent of the best size, from all corners of the frontier, and from those of neither the smallest nor the largest model. */
  readonly beta: { readonly all: number; readonly trimmed: number };
  readonly captions: CaptionCheck;
}

type Table = Datasets['henighan-table1'];

/**
 * Paper 3: what its published constants say of themselves; and its fit, its compute frontier and its mutual information on sources where the truth
 * is known. Claims 3 and 4, on models of one's own, are in `autoregressive-scaling-training`.
 */
export const autoregressiveScaling = defineStudy({
  name: 'autoregressive-scaling',
  summary: 'Irreducible loss, compute frontier and mutual information where the truth is known; published constants.',
  paper: paper(3),
  params: schema,
  quick: { captions: 500, seeds: 2 },
  host: true,
  async *run(context: StudyContext<Params>): AsyncGenerator<StudyEvent, void, void> {
    const published = await context.data('henighan-table1');
    const draws = yield* inTurn(partsOf(context), context, ({ seed, noisy, beta, captions }) => [
      { seed, Linf: noisy.Linf, alpha: noisy.alpha, beta: beta.all, betaTrimmed: beta.trimmed, ...captions },
    ]);
    if (!draws) return;
    yield domainTable(published);
    yield imageTable(published);
    yield knownTable(draws);
    yield memoryPlot();
    yield* tableClaims(published);
    yield* memoryClaims(draws);
    yield frontierClaim(draws);
    yield* informationClaims(draws);
  },
});

const partsOf = ({ params, seed }: StudyContext<Params>): Part<Draw>[] =>
  Array.from({ length: params.seeds }, (_, i) => ({
    label: `seed ${seed + i}`,
    compute: () => drawOf(params, seed + i),
  }));

function drawOf({ lossNoise, curveNoise, captions }: Params, seed: number): Draw {
  const random = new Random(seed);
  const { N, loss } = memorisers(SIZES, lossNoise, random.split('losses'));
  const curves = learningCurves(curveNoise, random.split('curves'));
  const beta = (trimEnds: boolean) => computeFrontier(curves, { trimEnds }).sizes?.beta ?? NaN;
  return {
    seed,
    noisy: fitPowerTrend(N, loss).trend,
    beta: { all: beta(false), trimmed: beta(true) },
    captions: captionCheck(captions, random.split('captions')),
  };
}

const optimal = ({ table1 }: Table) => table1.flatMap(({ domain, N_opt }) => (N_opt ? [{ domain, ...N_opt }] : []));

const median = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

/** The image domains whose entropy per image the paper gives too, with their tokens per image. */
const images = [
  { domain: 'Image 8x8', resolution: '8x8', tokens: 192 },
  { domain: 'Image 16x16', resolution: '16x16', tokens: 768 },
  { domain: 'Image 32x32', resolution: '32x32', tokens: 3072 },
];

/** Of an image domain: its trend with compute, and what table 3 says. */
const imagesOf = ({ table1, table3_per_image: perImage }: Table) =>
  images.map(({ domain, resolution, tokens }) => {
    const { Linf, C0_pfdays: x0, alpha } = table1.find((row) => row.domain === domain)!.L_C!;
    return { domain, tokens, trend: { Linf, x0, alpha }, told: perImage.find((row) => row.resolution === resolution)! };
  });

/** Claim 1: arithmetic on the published tables. */
function* tableClaims(published: Table): Generator<ClaimEvent> {
  const betas = optimal(published).map(({ beta }) => beta);
  yield claim({
    says: 'the best size grows with an exponent of 0.64 to 0.75 in all domains',
    paper: 'about 0.7 in all domains',
    measured: `${Math.min(...betas)} to ${Math.max(...betas)} in ${betas.length} domains`,
    holds: betas.every((beta) => beta >= 0.64 && beta <= 0.75),
    note: 'published table 1',
  });
  const tokens = median(betas.map(tokenExponentOfSize));
  yield claim({
    says: 'tokens grow about as N^0.4: the median of (1 - beta) / beta is 0.4 to one digit',
    paper: 'D ~ N^0.4',
    measured: tokens,
    holds: tokens.toFixed(1) === '0.4',
    note: 'published table 1',
  });
  const pairs = imagesOf(published).map(({ trend, tokens: T, told }) => [forecastLoss(trend, 1, T).irreducible, told.irreducible_nats_per_image] as const); // prettier-ignore
  yield claim({
    says: 'the irreducible loss of images by the trend with compute is the one per image, within 0.3%',
    paper: `${pairs.map(([, told]) => told).join(', ')} nats per image of 8x8, 16x16, 32x32`,
    measured: pairs.map(([computed]) => computed.toFixed(0)).join(', '),
    holds: pairs.every(([computed, told]) => Math.abs(computed / told - 1) <= 0.003),
    note: 'tokens per image times Linf of table 1, against table 3',
  });
}

/** Claim 2: a source whose entropy is known. */
function* memoryClaims(draws: readonly Draw[]): Generator<ClaimEvent> {
  const { N, loss } = memorisers(SIZES);
  const { Linf, alpha } = fitPowerTrend(N, loss).trend;
  const note = `contexts of a Zipf law of exponent ${MEMORY.exponent}, models that know the N most frequent, N 10 to 3000`;
  yield claim({
    says: `the fit finds the entropy of the source, ${MEMORY.entropy} nats, within 1%, and the exponent 0.5 within 5%`,
    paper: `a known source; ${MEMORY.entropy} and 0.5 are true`,
    measured: `${Linf.toFixed(4)} and ${alpha.toFixed(4)}`,
    holds: Math.abs(Linf / MEMORY.entropy - 1) <= 0.01 && Math.abs(alpha / 0.5 - 1) <= 0.05,
    note,
  });
  const measured = estimate(draws.map(({ noisy }) => noisy.Linf));
  yield claim({
    says: 'with noise on the losses it finds the entropy within 1.5%',
    paper: `a known source; ${MEMORY.entropy} is true`,
    measured,
    holds: Math.abs(measured.mean / MEMORY.entropy - 1) <= 0.015,
    note: `${note}; the mean over draws of the noise`,
  });
}

/** A pitfall: the ends of a family of models bend its frontier. */
function frontierClaim(draws: readonly Draw[]): ClaimEvent {
  const all = estimate(draws.map(({ beta }) => beta.all));
  const trimmed = estimate(draws.map(({ beta }) => beta.trimmed));
  return claim({
    says: 'the smallest and the largest model pull the exponent of the best size down; without their corners it is nearer the truth',
    paper: `known learning curves; ${BEST_SIZE_EXPONENT.toFixed(3)} is true`,
    measured: `${shown(all)}; without them ${shown(trimmed)}`,
    holds:
      all.mean < BEST_SIZE_EXPONENT &&
      Math.abs(trimmed.mean - BEST_SIZE_EXPONENT) < Math.abs(all.mean - BEST_SIZE_EXPONENT),
    note: 'ten sizes, 2 to 200 tokens per parameter; corners of the convex frontier in ln C and ln L',
  });
}

const shown = ({ mean, standardError }: Estimate) => `${mean.toFixed(3)} ± ${(standardError ?? NaN).toFixed(3)}`;

/** Section 5: mutual information, where it is known; and claim 5, arithmetic on what the paper says of captions. */
function* informationClaims(draws: readonly Draw[]): Generator<ClaimEvent> {
  const off = draws.map(({ captions }) => (captions.estimated - captions.exact) / captions.standardError);
  yield claim({
    says: 'the mutual information of captions and images is estimated without bias: the mean of (estimate - truth) / error is within 2 of its own error',
    paper: 'known laws of captions',
    measured: estimate(off),
    holds: Math.abs(estimate(off).mean) <= 2 / Math.sqrt(off.length),
    note: `an ideal model; ${draws[0]!.captions.exact.toFixed(3)} nats per caption in the first draw`,
  });
  const words = wordsPerPicture(8, 3.4);
  yield claim({
    says: 'an image of 32x32 is worth 2 to 3 words',
    paper: '2 to 3 words; 8 nats of mutual information, 3.4 nats per word',
    measured: words,
    holds: words >= 2 && words <= 3,
    note: 'arithmetic on the published figures',
  });
}

const domainTable = (published: Table): TableEvent =>
  table({
    name: 'domains',
    columns: [
      { key: 'domain', title: 'domain' },
      { key: 'beta', title: 'best size grows as C^' },
      { key: 'tokens', title: 'tokens grow as N^' },
      { key: 'loss', title: 'loss of 1e9 parameters (nats per token)' },
      { key: 'share', title: 'of it reducible (%)' },
    ],
    rows: optimal(published).map(({ domain, beta }) => {
      const { Linf, N0: x0, alpha } = published.table1.find((row) => row.domain === domain)!.L_N;
      const { irreducible, reducible, reducibleShare } = forecastLoss({ Linf, x0, alpha }, 1e9);
      return {
        domain,
        beta,
        tokens: tokenExponentOfSize(beta),
        loss: irreducible + reducible,
        share: 100 * reducibleShare,
      };
    }),
  });

/** The last two columns differ by what rounding of the exponent does to an extrapolation. */
const imageTable = (published: Table): TableEvent =>
  table({
    name: 'forecasts',
    columns: [
      { key: 'domain', title: 'domain' },
      { key: 'irreducible', title: 'irreducible (nats per image)' },
      ...[100, 10].map((nats) => ({ key: `at${nats}`, title: `PF-days for ${nats} reducible nats` })),
      { key: 'at1', title: 'for 1' },
      { key: 'told', title: 'for 1, as published' },
    ],
    rows: imagesOf(published).map(({ domain, tokens, trend, told }) => ({
      domain,
      irreducible: tokens * trend.Linf,
      ...Object.fromEntries([100, 10, 1].map((nats) => [`at${nats}`, scaleForReducible(trend, nats, tokens)])),
      told: told.C_at_1_nat_pfdays,
    })),
  });

const knownTable = (draws: readonly Draw[]): TableEvent => {
  const over = (value: (draw: Draw) => number) => estimate(draws.map(value));
  return table({
    name: 'known sources',
    columns: [
      { key: 'what', title: 'what' },
      { key: 'found', title: 'found' },
      { key: 'truth', title: 'truth' },
    ],
    rows: [
      { what: 'entropy (nats)', found: over(({ noisy }) => noisy.Linf), truth: MEMORY.entropy },
      { what: 'exponent of the loss', found: over(({ noisy }) => noisy.alpha), truth: MEMORY.exponent - 1 },
      { what: 'exponent of the best size', found: over(({ beta }) => beta.all), truth: BEST_SIZE_EXPONENT },
      { what: 'the same, ends trimmed', found: over(({ beta }) => beta.trimmed), truth: BEST_SIZE_EXPONENT },
      {
        what: 'mutual information (nats per caption)',
        found: over(({ captions }) => captions.estimated),
        truth: estimate(draws.map(({ captions }) => captions.exact)),
      },
    ],
  });
};

function memoryPlot(): PlotEvent {
  const { N, loss } = memorisers(SIZES);
  const [full, pure] = [true, false].map((irreducible) => fitPowerTrend(N, loss, { irreducible }).trend);
  const lines: Readonly<Record<string, (size: number, i: number) => number>> = {
    source: (_, i) => loss[i]!,
    'power law plus constant': (size) => trendLoss(full!, size),
    'power law alone': (size) => trendLoss(pure!, size),
  };
  return linePlot({
    name: 'irreducible-loss',
    caption: 'Loss of models that know the N most frequent contexts (nats), with the two trends fitted to it.',
    x: { field: 'N', title: 'contexts known', scale: { type: 'log' } },
    y: { field: 'loss', title: 'loss (nats)', scale: { zero: false } },
    series: { field: 'line', title: 'trend' },
    values: Object.entries(lines).flatMap(([line, at]) => N.map((size, i) => ({ line, N: size, loss: at(size, i) }))),
  });
}
