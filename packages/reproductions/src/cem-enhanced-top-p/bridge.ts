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
  bridgeProbability,
  bridgeShortestPath,
  exponentialFamily,
  rareEventProbability,
} from '@surprisal/decoding/cross-entropy-method';
import type { CemParams } from './params.js';
import type { Part } from '../shared/in-turn.js';
import { linePlot } from '../shared/line-plot.js';

/** The mean lengths of the five edges. */
const means = Float64Array.of(0.25, 0.4, 0.1, 0.3, 0.2);

/** How probable it is that the shortest path is at least so long: by integration, to a relative 3e-3. */
const probabilities: ReadonlyMap<number, number> = new Map([
  [0.5, 0.15165],
  [1, 7.834e-3],
  [1.5, 3.341e-4],
  [2, 1.3424e-5],
]);
const lengths = [...probabilities.keys()];
const RAREST = 2;

/** An estimate by the cross-entropy method, and one by crude Monte Carlo with as many final samples. */
export interface BridgeResult {
  readonly task: 'bridge';
  readonly gamma: number;
  readonly seed: number;
  readonly probability: number;
  /** As the estimate gives it itself. */
  readonly relativeError: number;
  readonly iterations: number;
  readonly crude: number;
  readonly crudeHits: number;
}

/** Estimates of each probability with each seed. */
export const bridgeParts = ({ params, seed }: StudyContext<CemParams>): Part<BridgeResult>[] =>
  lengths.flatMap((gamma) =>
    Array.from({ length: params.seeds }, (_, i) => ({
      label: `bridge of ${gamma} or more, seed ${seed + i}`,
      compute: () => estimateBoth(gamma, params.finalSamples, seed + i),
    })),
  );

function estimateBoth(gamma: number, finalSamples: number, seed: number): BridgeResult {
  const random = new Random(seed).split('bridge', gamma);
  const event = { family: exponentialFamily, reference: means, score: bridgeShortestPath, threshold: gamma };
  const { probability, relativeError, iterations } = rareEventProbability(event, {
    samples: 1000,
    rho: 0.1,
    finalSamples,
    source: random.split('cross-entropy'),
  });
  const crude = random.split('crude');
  let crudeHits = 0;
  for (let n = 0; n < finalSamples; n++) {
    if (bridgeShortestPath(exponentialFamily.draw(means, crude)) >= gamma) crudeHits++;
  }
  const found = { probability, relativeError, iterations: iterations.length };
  return { task: 'bridge', gamma, seed, ...found, crude: crudeHits / finalSamples, crudeHits };
}

/** Table, plot and claim 1. */
export function* bridgeEvents(results: readonly BridgeResult[], params: CemParams): Generator<StudyEvent> {
  yield bridgeTable(results);
  yield bridgePlot(results);
  yield integrationClaim();
  yield* rareEventClaims(
    results.filter(({ gamma }) => gamma === RAREST),
    params,
  );
}

const errorOf = (value: number, gamma: number) => Math.abs(value / probabilities.get(gamma)! - 1);
const short = (value: number) => (value < 0.1 ? value.toExponential() : String(value));
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

function integrationClaim(): ClaimEvent {
  const found = lengths.map((gamma) => bridgeProbability(means, gamma));
  const errors = found.map((value, i) => errorOf(value, lengths[i]!));
  return claim({
    says: `bridge network: the shortest path is at least ${lengths.join(', ')} long with probability ${[...probabilities.values()].map(short).join(', ')}, within 0.3%`,
    paper: 'not in the paper',
    measured: `${found.map((value) => short(Number(value.toPrecision(4)))).join(', ')}: off by at most ${percent(Math.max(...errors))}`,
    holds: errors.every((error) => error < 3e-3),
    note: 'numerical integration, 120 points for each of three edges, two in closed form',
  });
}

function* rareEventClaims(results: readonly BridgeResult[], { finalSamples }: CemParams): Generator<ClaimEvent> {
  const found = results.map(({ probability }) => probability);
  const errors = found.map((value) => errorOf(value, RAREST));
  const rounds = estimate(results.map(({ iterations }) => iterations)).mean;
  yield claim({
    says: `bridge network, ${RAREST} or more: the cross-entropy method comes within 15% of ${short(probabilities.get(RAREST)!)}, with every seed`,
    paper: 'small probabilities can be estimated by adaptive importance sampling',
    measured: `${Math.min(...found).toExponential(3)} to ${Math.max(...found).toExponential(3)}: off by at most ${percent(Math.max(...errors))}`,
    holds: errors.every((error) => error <= 0.15),
    note: `${results.length} seeds, ${finalSamples} final samples; 1000 samples an iteration, rho 0.1, no smoothing, ${rounds.toFixed(1)} iterations on average`,
  });
  const hits = results.map(({ crudeHits }) => crudeHits);
  yield claim({
    says: `bridge network, ${RAREST} or more: crude Monte Carlo sees the event 0, 1, 2 or 3 times, with every seed`,
    paper: 'not in the paper',
    measured: [...new Set(hits)]
      .sort((a, b) => a - b)
      .map((count) => `${count}: ${hits.filter((hit) => hit === count).length} seeds`)
      .join(', '),
    holds: hits.every((count) => count <= 3),
    note: `of ${finalSamples} samples: the count is Poisson with mean ${(finalSamples * probabilities.get(RAREST)!).toFixed(2)}`,
  });
}

function bridgeTable(results: readonly BridgeResult[]): TableEvent {
  return table({
    name: 'rare-event',
    columns: [
      { key: 'gamma', title: 'shortest path at least' },
      { key: 'exact', title: 'probability, exact' },
      { key: 'estimated', title: 'cross-entropy method' },
      { key: 'worst', title: 'off by at most (%)' },
      { key: 'said', title: 'relative error it gives (%)' },
      { key: 'iterations', title: 'iterations' },
      { key: 'crude', title: 'crude Monte Carlo' },
      { key: 'crudeWorst', title: 'crude, off by at most (%)' },
    ],
    rows: lengths.map((gamma) => {
      const own = results.filter((result) => result.gamma === gamma);
      const of = (value: (result: BridgeResult) => number) => estimate(own.map(value));
      const worst = (value: (result: BridgeResult) => number) =>
        100 * Math.max(...own.map((result) => errorOf(value(result), gamma)));
      return {
        gamma,
        exact: probabilities.get(gamma)!,
        estimated: of(({ probability }) => probability),
        worst: worst(({ probability }) => probability),
        said: of(({ relativeError }) => 100 * relativeError),
        iterations: of(({ iterations }) => iterations),
        crude: of(({ crude }) => crude),
        crudeWorst: worst(({ crude }) => crude),
      };
    }),
  });
}

/** The root of the mean squared relative error over seeds. */
function bridgePlot(results: readonly BridgeResult[]) {
  const lines = {
    'cross-entropy method': ({ probability }: BridgeResult) => probability,
    'crude Monte Carlo': ({ crude }: BridgeResult) => crude,
  };
  return linePlot({
    name: 'relative-error-by-probability',
    caption: 'Relative error of an estimate (root mean square over seeds) against the probability that is estimated.',
    x: { field: 'probability', title: 'probability of the event', scale: { type: 'log' } },
    y: { field: 'error', title: 'relative error', scale: { type: 'log' } },
    series: { field: 'line', title: 'estimate' },
    values: Object.entries(lines).flatMap(([line, value]) =>
      lengths.map((gamma) => {
        const own = results.filter((result) => result.gamma === gamma);
        const { mean } = estimate(own.map((result) => errorOf(value(result), gamma) ** 2));
        return { line, probability: probabilities.get(gamma)!, error: Math.sqrt(mean) };
      }),
    ),
  });
}
