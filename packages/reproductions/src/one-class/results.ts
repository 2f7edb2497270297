import { type ClaimEvent, type Estimate, type PlotEvent, type StudyEvent, type TableEvent, claim, estimate, plot, table } from '@surprisal/core'; // prettier-ignore
import { mean } from '@surprisal/core/numerics';
import { gradientAt } from './clipping.js';
import type { Detection } from './detections.js';
import type { OneClassParams } from './params.js';

type Measure = 'auc' | 'equalError' | 'pairDistance';

/** Tables, a plot and claims. */
export function* resultEvents(
  results: readonly Detection[],
  params: OneClassParams,
  seed: number,
): Generator<StudyEvent> {
  yield summary(results);
  yield digitTable(results);
  yield digitPlot(results);
  yield* aucClaims(results, params);
  yield clippingClaim(params, seed);
  yield confusionClaim(results, params);
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
const methodsOf = (results: readonly Detection[]) => distinct(results.map(({ method }) => method));
const of = (results: readonly Detection[], method: string) => results.filter((result) => result.method === method);

/** Means over digits, and their spread over seeds. */
function overSeeds(results: readonly Detection[], measure: Measure): Estimate {
  const seeds = distinct(results.map(({ seed }) => seed));
  return estimate(seeds.map((seed) => mean(results.filter((one) => one.seed === seed).map((one) => one[measure]!))));
}

function byDigit(results: readonly Detection[]): { digit: number; auc: Estimate }[] {
  const digits = distinct(results.map(({ digit }) => digit));
  return digits.map((digit) => ({
    digit,
    auc: estimate(results.filter((one) => one.digit === digit).map(({ auc }) => auc)),
  }));
}

function summary(results: readonly Detection[]): TableEvent {
  return table({
    name: 'methods',
    columns: [
      { key: 'method', title: 'method' },
      { key: 'auc', title: 'AUC', better: 'higher' },
      { key: 'worst', title: 'AUC of the worst digit', better: 'higher' },
      { key: 'equalError', title: 'equal error', better: 'lower' },
      { key: 'pairDistance', title: 'distance of normal pairs' },
    ],
    rows: methodsOf(results).map((method) => {
      const own = of(results, method);
      return {
        method,
        auc: overSeeds(own, 'auc'),
        worst: Math.min(...byDigit(own).map(({ auc }) => auc.mean)),
        ...(own[0]!.equalError !== undefined && { equalError: overSeeds(own, 'equalError') }),
        ...(own[0]!.pairDistance !== undefined && { pairDistance: overSeeds(own, 'pairDistance') }),
      };
    }),
  });
}

function digitTable(results: readonly Detection[]): TableEvent {
  const methods = methodsOf(results);
  const found = methods.map((method) => byDigit(of(results, method)));
  return table({
    name: 'digits',
    columns: [
      { key: 'digit', title: 'normal digit' },
      ...methods.map((method) => ({ key: method, title: method, better: 'higher' as const })),
    ],
    rows: found[0]!.map(({ digit }, row) => ({
      digit,
      ...Object.fromEntries(methods.map((method, i) => [method, found[i]![row]!.auc])),
    })),
  });
}

function digitPlot(results: readonly Detection[]): PlotEvent {
  return plot({
    name: 'auc-by-digit',
    caption: 'AUC of telling the normal digit from all others, by method; a point is a digit, the mean over seeds.',
    spec: {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      data: {
        values: methodsOf(results).flatMap((method) =>
          byDigit(of(results, method)).map(({ digit, auc }) => ({ method, digit, auc: auc.mean })),
        ),
      },
      mark: { type: 'point', size: 60, filled: true },
      width: 420,
      encoding: {
        x: { field: 'digit', type: 'ordinal', title: 'normal digit' },
        y: { field: 'auc', type: 'quantitative', title: 'AUC', scale: { zero: false } },
        color: { field: 'method', type: 'nominal', title: 'method' },
        shape: { field: 'method', type: 'nominal', title: 'method' },
      },
    },
  });
}

const noteOf = ({ seeds, digits }: OneClassParams) =>
  `${digits.length} digits of MNIST in 8 x 8, ${seeds} seeds, in place of faces, which cannot be passed on`;

/** Claim 2: against a flat head and a method without a network. */
function* aucClaims(results: readonly Detection[], params: OneClassParams): Generator<ClaimEvent> {
  const ours = overSeeds(of(results, 'Hyp-OC'), 'auc').mean;
  const rivals = [
    { rival: 'Euclidean', margin: -0.002, says: 'a Euclidean head - 0.002', paper: 'digits: 0.992 against 0.988' },
    {
      rival: 'one-class SVM',
      margin: 0.005,
      says: 'a one-class SVM + 0.005',
      paper: 'digits: 0.992 against 0.981; faces, half total error: 28.3% against 55.2%',
    },
  ];
  for (const { rival, margin, says, paper } of rivals) {
    const theirs = overSeeds(of(results, rival), 'auc').mean;
    yield claim({
      says: `the AUC of Hyp-OC is at least that of ${says}`,
      paper,
      measured: `${ours.toFixed(4)} against ${theirs.toFixed(4)}`,
      holds: ours >= theirs + margin,
      note: noteOf(params),
    });
  }
}

/** Claim 3: what clipping does to gradients. */
function clippingClaim(params: OneClassParams, seed: number): ClaimEvent {
  const at = (scale: number) => [params.clipRadius, Infinity].map((radius) => gradientAt(scale, radius, params, seed));
  const [near, far] = [at(5), at(20)] as [number[], number[]];
  const shown = (lengths: number[]) => lengths.map((length) => length.toExponential(1)).join(' against ');
  return claim({
    says: 'features of scale 5 have at least 100 times the gradient when they are clipped',
    paper: 'gradient times scale: 0.026 against 1.8e-5; at scale 20, 0.026 against 2.3e-6',
    measured: `${shown(near)}; at scale 20, ${shown(far)}`,
    holds: near[0]! >= 100 * near[1]!,
    note: `random features of ${params.ballDim} dimensions`,
  });
}

/** Claim 4: pairs are pulled together. */
function confusionClaim(results: readonly Detection[], params: OneClassParams): ClaimEvent {
  const [confused, plain] = ['Hyp-OC', 'Hyp-CE'].map((method) => overSeeds(of(results, method), 'pairDistance').mean);
  return claim({
    says: 'pairwise confusion lowers the mean distance of normal pairs by at least a fifth',
    paper: 'pairs are confused, so that identities are forgotten',
    measured: `${confused!.toFixed(3)} against ${plain!.toFixed(3)} by Hyp-CE alone`,
    holds: confused! <= 0.8 * plain!,
    note: `test digits; ${noteOf(params)}`,
  });
}
