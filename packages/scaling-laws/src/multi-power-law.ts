import { annealingAreas } from './annealing-areas.js';
import { checkStep } from './annealing-curves.js';

/** Constants of the multi-power law, all >= 0. */
export interface MultiPowerParameters {
  readonly L0: number;
  readonly A: number;
  readonly alpha: number;
  readonly B: number;
  readonly C: number;
  readonly beta: number;
  readonly gamma: number;
}

/**
 * The loss of the multi-power law, a baseline of {@link lrAnnealing} that no tail of zero rates fools:
 * `L(t) = L0 + A S(t)^-alpha + B Σ_{k<=t} (eta_k - eta_{k-1}) (1 - (1 + C eta_k^-gamma (S(t) - S(k-1)))^-beta)`, with
 * S the sum of rates so far.
 *
 * Every drop of the rate lowers the loss by at most B times the drop, sooner the lower the rate it drops to.
 *
 * @param rates one per step, finite and >= 0, taken as they are
 * @param steps indices into the rates
 * @returns nats per token, `[steps]`
 * @throws DomainError for a step outside of the rates or before the first rate > 0
 *
 * Luo et al.: A Multi-Power Law for Loss Curve Prediction Across Learning Rate Schedules, 2025, arXiv:2503.12811.
 *
 * @example
 * const parameters = { L0: 2, A: 1, alpha: 0.5, B: 1, C: 1, beta: 0.5, gamma: 0.5 };
 * console.log(multiPowerLoss(parameters, [1, 1, 1, 0.25], [2, 3])[0]!.toFixed(4)); // 2.5774
 */
export function multiPowerLoss(
  { L0, A, alpha, B, C, beta, gamma }: MultiPowerParameters,
  rates: ArrayLike<number>,
  steps: ArrayLike<number>,
): Float64Array {
  const { S1: sums } = annealingAreas(rates);
  const drops = Array.from(rates, (_, k) => k).filter((k) => k > 0 && rates[k] !== rates[k - 1]);
  const paces = drops.map((k) => C * rates[k]! ** -gamma);
  return Float64Array.from(steps, (t) => {
    checkStep('multiPowerLoss', t, sums);
    let annealed = 0;
    for (let i = 0; i < drops.length && drops[i]! <= t; i++) {
      const k = drops[i]!;
      annealed += (rates[k]! - rates[k - 1]!) * share(paces[i]! * (sums[t]! - sums[k - 1]!), beta);
    }
    return L0 + A * sums[t]! ** -alpha + B * annealed;
  });
}

/** How much of a drop has come to bear, `1 - (1 + reach)^-beta`: no reach gives 0, at a rate of 0 too. */
const share = (reach: number, beta: number) => (reach > 0 ? -Math.expm1(-beta * Math.log1p(reach)) : 0);
