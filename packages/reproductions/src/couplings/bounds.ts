import {
  type ClaimEvent,
  type Estimate,
  type PlotEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  Random,
  claim,
  estimate,
  table,
} from '@surprisal/core';
import { mean } from '@surprisal/core/numerics';
import {
  bottleneckCoupling,
  couplingEntropyBound,
  entropyBits,
  exactCodes,
  greedyCodes,
  jointEntropyBits,
  minimumEntropyCoupling,
  mutualInformationBits,
  twoSidedEncoder,
  uniformCodes,
} from '@surprisal/divergences/couplings';
import type { CouplingsParams } from './params.js';
import type { Part } from '../shared/in-turn.js';
import { linePlot } from '../shared/line-plot.js';

/** What greed comes to on random distributions: entropies in bits. */
export interface BoundsResult {
  readonly task: 'bounds';
  readonly seed: number;
  /** Means over pairs: of the product, of the greedy coupling, and of what is below every coupling; and the most by which greed is above that. */
  readonly coupling: {
    readonly independent: number;
    readonly greedy: number;
    readonly below: number;
    readonly mostAbove: number;
  };
  /** Over distributions and rates: how far greedy codes fall short of the best map, and how often by more than the theorem allows. */
  readonly codes: {
    readonly compared: number;
    readonly best: number;
    readonly short: number;
    readonly mostShort: number;
    readonly exceptions: number;
  };
  /** I(X; Y) that the bottleneck leaves, by the rate as a share of H(X). */
  readonly curve: readonly {
    readonly rate: number;
    readonly ebim: number;
    readonly uniform: number;
    /** Couplings with more information than their rate. */
    readonly exceptions: number;
  }[];
}

/** With each seed. */
export const boundsParts = ({ params, seed }: StudyContext<CouplingsParams>): Part<BoundsResult>[] =>
  Array.from({ length: params.seeds }, (_, i) => ({
    label: `bounds, seed ${seed + i}`,
    compute: () => {
      const random = new Random(seed + i).split('bounds');
      const pairs = Array.from({ length: params.pairs }, () => [lawOf(params.size, random), lawOf(params.size, random)] as const); // prettier-ignore
      const laws = Array.from({ length: params.laws }, () => lawOf(6 + random.integer(3), random));
      return { task: 'bounds', seed: seed + i, coupling: couple(pairs), codes: compress(laws), curve: curveOf(pairs) };
    },
  }));

type Pair = readonly [Float64Array, Float64Array];

function lawOf(size: number, random: Random): Float64Array {
  const masses = Float64Array.from({ length: size }, () => random.uniform());
  const total = sumOf(masses);
  return masses.map((mass) => mass / total);
}

const sumOf = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);

function couple(pairs: readonly Pair[]): BoundsResult['coupling'] {
  const joints = pairs.map(([px, py]) => minimumEntropyCoupling(px, py));
  const [greedy, below] = [joints.map(jointEntropyBits), joints.map(couplingEntropyBound)];
  return {
    independent: mean(pairs.map(([px, py]) => entropyBits(px) + entropyBits(py))),
    greedy: mean(greedy),
    below: mean(below),
    mostAbove: Math.max(...greedy.map((entropy, i) => entropy - below[i]!)),
  };
}

/** As shares of H(X). */
const RATES = [0.1, 0.3, 0.5, 0.7, 0.9];

/** Of sums of rounded numbers. */
const ROUNDING = 1e-9;

function compress(laws: readonly Float64Array[]): BoundsResult['codes'] {
  const gaps = laws.flatMap((law) => {
    const second = Array.from(law).sort((a, b) => b - a)[1]!;
    const allowed = entropyBits([second, 1 - second]);
    return RATES.map((share) => {
      const rate = share * entropyBits(law);
      return { short: exactCodes(law, rate).information - greedyCodes(law, rate).information, allowed };
    });
  });
  return {
    compared: gaps.length,
    best: gaps.filter(({ short }) => short < ROUNDING).length,
    short: mean(gaps.map(({ short }) => short)),
    mostShort: Math.max(...gaps.map(({ short }) => short)),
    exceptions: gaps.filter(({ short, allowed }) => short < -ROUNDING || short > allowed + ROUNDING).length,
  };
}

function curveOf(pairs: readonly Pair[]): BoundsResult['curve'] {
  return [...RATES, 1].map((rate) => {
    const kept = (encoder: 'ebim' | 'uniform') =>
      pairs.map(([px, py]) => {
        const bits = rate * entropyBits(px);
        const information = mutualInformationBits(bottleneckCoupling(px, py, bits, { encoder }));
        return { information, above: information > bits + ROUNDING };
      });
    const [ebim, uniform] = [kept('ebim'), kept('uniform')];
    return {
      rate,
      ebim: mean(ebim.map(({ information }) => information)),
      uniform: mean(uniform.map(({ information }) => information)),
      exceptions: [...ebim, ...uniform].filter(({ above }) => above).length,
    };
  });
}

/** The prior of the paper's Figure 2. */
const PRIOR = [0.7, 0.2, 0.1];

const encoders = {
  'greedy map': (rate) => greedyCodes(PRIOR, rate).information,
  'best map': (rate) => exactCodes(PRIOR, rate).information,
  'between maps': (rate) => mutualInformationBits(twoSidedEncoder(PRIOR, rate)),
  'equal blocks': (rate) => uniformCodes(PRIOR, rate).information,
} satisfies Record<string, (rate: number) => number>;

const priorRates = Array.from({ length: 25 }, (_, i) => i / 20);

/** Tables, plots and claims 1 and 2. */
export function* boundsEvents(results: readonly BoundsResult[], params: CouplingsParams): Generator<StudyEvent> {
  yield couplingTable(results);
  yield curveTable(results);
  yield tradeOffPlot();
  yield* couplingClaims(results, params);
  yield* codeClaims(results);
}

function couplingTable(results: readonly BoundsResult[]): TableEvent {
  const row = (name: string, value: (coupling: BoundsResult['coupling']) => number) => ({
    coupling: name,
    entropy: estimate(results.map(({ coupling }) => value(coupling))),
  });
  return table({
    name: 'entropies',
    columns: [
      { key: 'coupling', title: 'coupling' },
      { key: 'entropy', title: 'H(X, Y) (bits)', better: 'lower' },
    ],
    rows: [
      row('independent', ({ independent }) => independent),
      row('greedy', ({ greedy }) => greedy),
      row('max(H(X), H(Y)), below every coupling', ({ below }) => below),
    ],
  });
}

function curveTable(results: readonly BoundsResult[]): TableEvent {
  return table({
    name: 'rates',
    columns: [
      { key: 'rate', title: 'rate / H(X)' },
      { key: 'ebim', title: 'I(X; Y) of greedy codes (bits)', better: 'higher' },
      { key: 'uniform', title: 'of equal blocks', better: 'higher' },
    ],
    rows: results[0]!.curve.map(({ rate }, i) => ({
      rate,
      ebim: estimate(results.map(({ curve }) => curve[i]!.ebim)),
      uniform: estimate(results.map(({ curve }) => curve[i]!.uniform)),
    })),
  });
}

function tradeOffPlot(): PlotEvent {
  return linePlot({
    name: 'trade-off',
    caption: `What an encoder of at most R bits keeps of X, I(X; T) in bits, for the probabilities ${PRIOR.join(', ')}.`,
    x: { field: 'rate', title: 'R (bits)' },
    y: { field: 'information', title: 'I(X; T) (bits)', scale: { zero: true } },
    series: { field: 'encoder', title: 'encoder' },
    values: Object.entries(encoders).flatMap(([encoder, informationAt]) =>
      priorRates.map((rate) => ({ encoder, rate, information: informationAt(rate) })),
    ),
  });
}

function* couplingClaims(results: readonly BoundsResult[], { pairs, size }: CouplingsParams): Generator<ClaimEvent> {
  const note = `bits; ${results.length} x ${pairs} pairs of ${size} outcomes, masses uniform and normalised; the paper’s sizes are not stated`;
  const over = (value: (coupling: BoundsResult['coupling']) => number): Estimate =>
    estimate(results.map(({ coupling }) => value(coupling)));
  const [greedy, independent] = [over((coupling) => coupling.greedy), over((coupling) => coupling.independent)];
  yield claim({
    says: 'the greedy coupling has less than 3.15 bits on average',
    paper: '2.946 ± 0.064 bits, independent 5.443 ± 0.101',
    measured: greedy,
    holds: greedy.mean < 3.15,
    note: `independent ${independent.mean.toFixed(3)}; ${note}`,
  });
  const most = Math.max(...results.map(({ coupling }) => coupling.mostAbove));
  yield claim({
    says: 'no greedy coupling has 1 bit more than max(H(X), H(Y))',
    paper: 'near the best there is',
    measured: `at most ${most.toFixed(3)} bits more`,
    holds: most < 1,
    note,
  });
}

function* codeClaims(results: readonly BoundsResult[]): Generator<ClaimEvent> {
  const total = (value: (codes: BoundsResult['codes']) => number) => sumOf(results.map(({ codes }) => value(codes)));
  const [compared, exceptions, best] = [total((c) => c.compared), total((c) => c.exceptions), total((c) => c.best)];
  const [short, most] = [total((c) => c.short) / results.length, Math.max(...results.map((r) => r.codes.mostShort))];
  yield claim({
    says: 'greedy codes keep no more than the best map, and fall short of it by h(p2) at most',
    paper: 'theorem: no exception',
    measured: `${exceptions} exceptions in ${compared}`,
    holds: exceptions === 0,
    note: `as good as the best in ${best}, short by ${short.toFixed(3)} bits on average and ${most.toFixed(3)} at most; all maps of 6 to 8 outcomes, rates of ${RATES.join(', ')} H(X)`,
  });
  const differing = priorRates.filter((rate) => Math.abs(encoders['best map'](rate) - encoders['greedy map'](rate)) > ROUNDING); // prettier-ignore
  const levels = [...new Set(priorRates.map((rate) => Math.abs(encoders['greedy map'](rate)).toFixed(3)))];
  yield claim({
    says: `for ${PRIOR.join(', ')}, the greedy map is the best map at every rate`,
    paper: '0, 0.469, 0.881 and 1.157 bits',
    measured: `differs at ${differing.length} of ${priorRates.length} rates; it keeps ${levels.join(', ')} bits`,
    holds: differing.length === 0,
  });
  const worse = priorRates.filter((rate) => encoders['between maps'](rate) < encoders['best map'](rate) - ROUNDING || encoders['between maps'](rate) > rate + ROUNDING); // prettier-ignore
  const better = priorRates.filter((rate) => encoders['between maps'](rate) > encoders['best map'](rate) + ROUNDING);
  yield claim({
    says: 'moving mass between maps keeps at least as much as the best map, within the rate',
    paper: 'closes the gaps between maps',
    measured: `more at ${better.length} of ${priorRates.length} rates, less or above the rate at ${worse.length}`,
    holds: worse.length === 0 && better.length > 0,
  });
  const above = sumOf(results.flatMap(({ curve }) => curve.map((point) => point.exceptions)));
  yield claim({
    says: 'no coupling through a bottleneck has more information than its rate',
    paper: 'I(X; Y) <= R',
    measured: `${above} exceptions`,
    holds: above === 0,
    note: 'both encoders, all pairs and rates',
  });
}
