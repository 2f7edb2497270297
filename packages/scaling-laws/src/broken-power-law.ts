import { fitLine, quantile } from '@surprisal/core/numerics';
import { z } from 'zod';
import { anyColumn } from './columns.js';
import { holdOut } from './hold-out.js';
import type { LawParameter, StartContext } from './law-maths.js';
import { type Runs } from './runs.js';
import { defineScalingLaw, fitParams } from './scaling-law.js';

/** ln(1 + e^z), without overflow. */
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** The law in the order ln a, ln b, c0, then c, ln d, ln f of each break, of ln x. */
function brokenLog(theta: Float64Array, lnX: number, gradient: Float64Array): number {
  let power = theta[1]! - theta[2]! * lnX;
  for (let k = 3; k < theta.length; k += 3) {
    const f = Math.exp(theta[k + 2]!);
    power -= theta[k]! * f * softplus((lnX - theta[k + 1]!) / f);
  }
  const top = Math.max(theta[0]!, power);
  const value = top + Math.log(Math.exp(theta[0]! - top) + Math.exp(power - top));
  const share = Math.exp(power - value); // of the term that falls
  gradient[0] = 1 - share;
  gradient[1] = share;
  gradient[2] = -share * lnX;
  for (let k = 3; k < theta.length; k += 3) {
    const [c, f] = [theta[k]!, Math.exp(theta[k + 2]!)];
    const z = (lnX - theta[k + 1]!) / f;
    const past = 1 / (1 + Math.exp(-z));
    gradient[k] = -share * f * softplus(z);
    gradient[k + 1] = share * c * past;
    gradient[k + 2] = -share * c * f * (softplus(z) - z * past);
  }
  return value;
}

const parametersOf = (breaks: number): LawParameter[] => [
  { name: 'a', scale: 'log', description: 'limit for large x' },
  { name: 'b', scale: 'log', description: 'scale of the part that falls' },
  { name: 'c0', scale: 'linear', runaway: 5, description: 'exponent before the first break' },
  ...Array.from({ length: breaks }, (_, i): LawParameter[] => [
    { name: `c${i + 1}`, scale: 'linear', runaway: 5, description: `change of the exponent at break ${i + 1}` },
    { name: `d${i + 1}`, scale: 'log', description: `place of break ${i + 1}` },
    { name: `f${i + 1}`, scale: 'log', lower: 1e-3, upper: 10, description: `width of break ${i + 1}, in ln x` },
  ]).flat(),
];

/** Breaks evenly over the runs or crowded to either end, bending either way, with more or less of the loss irreducible. */
function startsOf({ features, logLoss }: StartContext, breaks: number): number[][] {
  const lnX = features.map(([x]) => x!);
  const { slope } = fitLine(lnX, logLoss);
  const least = Math.min(...logLoss);
  const places = (crowding: number) =>
    Array.from({ length: breaks }, (_, i) => quantile(lnX, ((i + 1) / (breaks + 1)) ** crowding));
  const starts: number[][] = [];
  for (const crowding of [0.5, 1, 2])
    for (const bend of [-0.3, 0.1, 0.5])
      for (const rest of [-0.05, -1, -4])
        for (const width of [0.2, 1]) {
          const c0 = -slope || 0.1;
          const b = Math.max(...logLoss) + c0 * Math.min(...lnX);
          starts.push([
            least + rest,
            b,
            c0,
            ...places(crowding).flatMap((d) => [bend * Math.abs(c0), d, Math.log(width)]),
          ]);
        }
  return starts;
}

/**
 * A power law with smooth breaks,
 *
 * `y(x) = a + b x^-c0 prod_i (1 + (x / d_i)^(1 / f_i))^(-c_i f_i)`:
 *
 * beyond d_i the exponent is larger by c_i; f_i says over how many units of ln x it turns. Computed in logarithms.
 *
 * @param params `breaks` 0 to 4, default 1; `loss` is `'sq-log'` here
 * @throws DataError for fewer than 3 + 3 `breaks` runs
 *
 * Caballero et al.: Broken Neural Scaling Laws, 2022, arXiv:2210.14891.
 *
 * @example
 * const law = brokenPowerLaw({ breaks: 1 });
 * const y = law.predict({ a: 0.5, b: 20, c0: 0.2, c1: 0.3, d1: 2000, f1: 0.4 }, { x: [10, 1e3, 1e5] });
 * console.log(Array.from(y, (value) => value.toFixed(3)).join()); // 13.119,5.427,1.118
 */
export const brokenPowerLaw = defineScalingLaw({
  name: 'broken-power-law',
  summary: 'A power law whose exponent changes smoothly at breaks.',
  formula: 'y = a + b x^(−c₀) ∏ᵢ (1 + (x/dᵢ)^(1/fᵢ))^(−cᵢ fᵢ)',
  params: fitParams.extend({
    loss: fitParams.shape.loss.removeDefault().default('sq-log'),
    breaks: z.number().int().min(0).max(4).default(1).describe('how often the exponent changes'),
  }),
  law: ({ breaks }) => ({
    inputs: [anyColumn],
    output: {
      name: 'loss',
      unit: 'any unit',
      description: 'what falls',
      aliases: ['y', 'L', 'error', 'test_loss', 'val_loss', 'validation_loss', 'test_error'],
    },
    parameters: parametersOf(breaks),
    logPredict: (theta, x, gradient) => brokenLog(theta, x[0]!, gradient),
    starts: (context) => startsOf(context, breaks),
  }),
});

/** Errors of log losses that differ by less are equal: no loss is measured so finely. */
const NO_DIFFERENCE = 1e-6;

/**
 * The number of breaks with which a broken power law, fitted to the smaller runs, is least wrong on the larger ones; the fewest of those
 * that are equally wrong.
 *
 * @param most breaks to try, 0 to 4; default 3. Numbers that need more runs than there are, are passed over
 * @returns the number, and the root mean squared log error on the runs kept back of each number tried
 *
 * @example
 * const x = Array.from({ length: 40 }, (_, i) => 10 ** (2 + i / 10));
 * const y = x.map((value) => 0.2 + 9 * value ** -0.2);
 * console.log(chooseBreaks({ x, y }, { most: 1 }).breaks); // 0
 */
export function chooseBreaks(
  runs: Runs,
  { most = 3, share = 0.2 }: { readonly most?: number; readonly share?: number } = {},
): { readonly breaks: number; readonly scores: readonly number[] } {
  const n = Math.max(0, ...Object.values(runs).map(({ length }) => length));
  const fitted = Math.round(n * (1 - share));
  const counts = Array.from({ length: most + 1 }, (_, breaks) => breaks).filter((breaks) => 3 + 3 * breaks <= fitted);
  const scores = counts.map((breaks) => holdOut(brokenPowerLaw({ breaks }), runs, { share }).score);
  const best = Math.min(...scores);
  return { breaks: counts[scores.findIndex((score) => score <= best + NO_DIFFERENCE)]!, scores };
}
