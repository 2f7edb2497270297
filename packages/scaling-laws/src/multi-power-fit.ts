import { DomainError } from '@surprisal/core';
import { leastSquares } from '@surprisal/core/numerics';
import type { z } from 'zod';
import { annealingAreas } from './annealing-areas.js';
import { type LossCurve, checkStep } from './annealing-curves.js';
import type { ScalingFit } from './fit.js';
import type { LawMaths, StartContext } from './law-maths.js';
import type { MultiPowerParameters } from './multi-power-law.js';
import { type ScalingLaw, defineScalingLaw, fitParams } from './scaling-law.js';

type Constant = keyof MultiPowerParameters;

/**
 * The multi-power law over given schedules, as a law that can be fitted: its inputs are the number of a schedule and a step of it.
 * A schedule that changes at every step is read at `knots` of them, so that a fit takes seconds; {@link multiPowerLoss} reads all.
 *
 * @param schedules rates per step, taken as they are
 * @param params as in all laws
 * @param knots how many changes of the rate a schedule is condensed to, >= 1; default 64
 * @throws DomainError, when it is used, for a schedule that is not there and a step outside of it
 *
 * Luo et al.: A Multi-Power Law for Loss Curve Prediction Across Learning Rate Schedules, 2025, arXiv:2503.12811.
 *
 * @example
 * const law = multiPowerLaw([cosine()({ total: 100, peak: 3e-4, min: 3e-5 })]);
 * const constants = { L0: 2.6, A: 0.6, alpha: 0.45, B: 400, C: 2, beta: 0.6, gamma: 0.65 };
 * console.log(law.predict(constants, { schedule: 0, step: 100 }).toFixed(2)); // 6.33
 */
export function multiPowerLaw(
  schedules: readonly ArrayLike<number>[],
  params: z.input<typeof fitParams> = {},
  knots = 64,
): ScalingLaw<Constant> {
  const condensed = schedules.map((rates) => condense(rates, knots));
  const maths: LawMaths<Constant> = {
    inputs: [
      { name: 'schedule', unit: 'number', description: 'which of the schedules, from 0', zero: true },
      { name: 'step', unit: 'steps', description: 'step of the schedule', zero: true },
    ],
    parameters: [
      { name: 'L0', scale: 'log', description: 'loss after endless training at a constant rate' },
      { name: 'A', scale: 'log', description: 'what training still takes away at an area of 1' },
      { name: 'alpha', scale: 'log', description: 'exponent of the area' },
      { name: 'B', scale: 'log', description: 'what a drop of the rate takes away in the end' },
      { name: 'C', scale: 'log', description: 'how soon a drop comes to bear' },
      { name: 'beta', scale: 'log', lower: 0.01, upper: 10, description: 'exponent of how a drop comes to bear' },
      { name: 'gamma', scale: 'log', lower: 0.01, upper: 3, description: 'how much sooner at lower rates' },
    ],
    features: ([schedule, step]) => featuresAt(condensed, schedule!, step!),
    logPredict,
    starts: startsOf,
  };
  const define = defineScalingLaw({ ...info, params: fitParams, law: () => maths });
  return define(params);
}

const info = {
  name: 'multi-power-law',
  summary: 'The loss at every step, with a power law for every change of the learning rate.',
  formula: 'L = L₀ + A S^−α + B Σ Δη (1 − (1 + C η^−γ S_k)^−β)',
};

/**
 * Fits the multi-power law to loss curves: the baseline of {@link fitAnnealing}.
 *
 * @throws DomainError for steps outside of their schedules; DataError for fewer than 7 points
 *
 * @example
 * const truth = { L0: 2.6, A: 0.6, alpha: 0.45, B: 400, C: 2, beta: 0.6, gamma: 0.65 };
 * const steps = [200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2000];
 * const curves = [constant(), linear()].map((schedule) => {
 *   const rates = schedule({ total: 2000, peak: 3e-4, min: 3e-5 });
 *   return { rates, steps, loss: multiPowerLoss(truth, rates, steps) };
 * });
 * console.log(fitMultiPower(curves).r2 > 0.999); // true
 */
export function fitMultiPower(
  curves: readonly LossCurve[],
  params: z.input<typeof fitParams> = {},
): ScalingFit<Constant> {
  return multiPowerLaw(
    curves.map(({ rates }) => rates),
    params,
  ).fit({
    schedule: curves.flatMap(({ steps }, i) => Array.from(steps, () => i)),
    step: curves.flatMap(({ steps }) => Array.from(steps)),
    loss: curves.flatMap(({ loss }) => Array.from(loss)),
  });
}

/** A change of the rate: to what, by how much, and the area before it. Several changes may stand as one. */
interface Change {
  readonly step: number;
  readonly rate: number;
  readonly drop: number;
  readonly areaBefore: number;
}

interface Condensed {
  readonly area: Float64Array;
  readonly changes: readonly Change[];
}

/** At most about `knots` changes (one more where the rate turns): neighbouring ones in one direction are taken together. */
function condense(rates: ArrayLike<number>, knots: number): Condensed {
  const { S1: area } = annealingAreas(rates);
  const at = Array.from(rates, (_, k) => k).filter((k) => k > 0 && rates[k] !== rates[k - 1]);
  const together = Math.ceil(at.length / knots);
  const rises = (k: number) => rates[k]! > rates[k - 1]!;
  const groups: number[][] = [];
  for (const k of at) {
    const group = groups.at(-1);
    if (group && group.length < together && rises(group[0]!) === rises(k)) group.push(k);
    else groups.push([k]);
  }
  const changes = groups.map((group) => {
    const middle = group[group.length >> 1]!;
    const drop = group.reduce((sum, k) => sum + rates[k]! - rates[k - 1]!, 0);
    return { step: middle, rate: rates[middle]!, drop, areaBefore: area[middle - 1]! };
  });
  return { area, changes };
}

/** ln S, then drop, ln rate and ln of the area since, for every change so far that has had an effect. */
function featuresAt(condensed: readonly Condensed[], schedule: number, step: number): number[] {
  const found = condensed[schedule];
  if (!found) {
    throw new DomainError(
      `multi-power-law: schedule must be a whole number from 0 to ${condensed.length - 1}, got ${schedule}`,
    );
  }
  checkStep('multi-power-law', step, found.area);
  const area = found.area[step]!;
  const felt = found.changes.filter((change) => change.step <= step && area > change.areaBefore);
  return [
    Math.log(area),
    ...felt.flatMap(({ drop, rate, areaBefore }) => [drop, Math.log(rate), Math.log(area - areaBefore)]),
  ];
}

/** A drop to a rate of 0 has ln rate = -Infinity, an infinite reach, and is felt in full at once. */
function logPredict(
  [lnL0, lnA, lnAlpha, lnB, lnC, lnBeta, lnGamma]: Float64Array,
  x: Float64Array,
  gradient: Float64Array,
): number {
  const [L0, B] = [Math.exp(lnL0!), Math.exp(lnB!)];
  const [alpha, beta, gamma] = [Math.exp(lnAlpha!), Math.exp(lnBeta!), Math.exp(lnGamma!)];
  const training = Math.exp(lnA! - alpha * x[0]!);
  let [annealed, byLnC, byLnBeta, byLnGamma] = [0, 0, 0, 0];
  for (let i = 1; i < x.length; i += 3) {
    const [drop, lnRate] = [x[i]!, x[i + 1]!];
    const reach = Math.exp(lnC! - gamma * lnRate + x[i + 2]!);
    const log = Math.log1p(reach);
    const left = Math.exp(-beta * log); // (1 + reach)^-beta
    annealed += drop * (1 - left);
    if (reach === Infinity) continue;
    const slope = (drop * beta * left * reach) / (1 + reach);
    byLnC += slope;
    byLnBeta += drop * left * beta * log;
    byLnGamma -= slope * gamma * lnRate;
  }
  const loss = L0 + training + B * annealed;
  gradient[0] = L0 / loss;
  gradient[1] = training / loss;
  gradient[2] = (-training * alpha * x[0]!) / loss;
  gradient[3] = (B * annealed) / loss;
  gradient[4] = (B * byLnC) / loss;
  gradient[5] = (B * byLnBeta) / loss;
  gradient[6] = (B * byLnGamma) / loss;
  return Math.log(loss); // NaN below 0
}

/** Shapes of the powers, with L0, A and B by least squares of relative errors: given the shapes the law is linear in them. */
function startsOf({ features, logLoss }: StartContext): number[][] {
  const longest = Math.max(...features.map(([lnS]) => lnS!));
  const lnRates = features.flatMap((x) => Array.from(x).filter((value, i) => i % 3 === 2 && Number.isFinite(value)));
  const typical = lnRates.reduce((sum, value) => sum + value, 0) / Math.max(1, lnRates.length);
  const [beta, gamma] = [0.5, 0.5];
  return [0.3, 0.6].flatMap((alpha) =>
    [1, 10].map((reach) => {
      const lnC = Math.log(reach) + gamma * typical - longest; // the first drops reach about this far in the end
      const rows = features.map((x) => [1, Math.exp(-alpha * x[0]!), annealedSum(x, lnC, beta, gamma)]);
      const [L0, A, B] = amplitudes(rows, logLoss).map((value) => Math.log(Math.max(value, 1e-3)));
      return [L0!, A!, Math.log(alpha), B!, lnC, Math.log(beta), Math.log(gamma)];
    }),
  );
}

function amplitudes(rows: readonly number[][], logLoss: Float64Array): number[] {
  const scaled = rows.map((row, i) => row.map((term) => term * Math.exp(-logLoss[i]!)));
  const used = rows.some(([, , annealed]) => annealed !== 0) ? 3 : 2;
  if (new Set(rows.map(([, training]) => training)).size < used) return [1, 1, 1];
  const design = scaled.map((row) => row.slice(0, used));
  return [...leastSquares(design, new Float64Array(rows.length).fill(1)).coefficients, 1];
}

function annealedSum(x: Float64Array, lnC: number, beta: number, gamma: number): number {
  let sum = 0;
  for (let i = 1; i < x.length; i += 3) {
    sum -= x[i]! * Math.expm1(-beta * Math.log1p(Math.exp(lnC - gamma * x[i + 1]! + x[i + 2]!)));
  }
  return sum;
}
