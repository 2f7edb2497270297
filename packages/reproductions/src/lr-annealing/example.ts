import { type LossCurve, constant, cosine } from '@surprisal/scaling-laws';

// prettier-ignore
const losses = {
  cosine: [
    3.6696358, 3.3254106, 3.1908393, 3.1158533, 3.0604768, 3.020384, 2.9880967, 2.9612265, 2.9395165, 2.9195616,
    2.9030452, 2.8881907, 2.8767889, 2.8654318, 2.8565135, 2.8489892, 2.843639, 2.8398669, 2.8380618, 2.8376071,
  ],
  constant: [
    3.6714418, 3.325626, 3.1884103, 3.111947, 3.058354, 3.0211415, 2.9874816, 2.96082, 2.9406552, 2.9241402,
    2.9054413, 2.8942103, 2.8807929, 2.8702695, 2.862175, 2.8530996, 2.8448784, 2.8383856, 2.8326995, 2.8294308,
  ],
};

export const EXAMPLE_WARMUP = 500;

/**
 * The example of the authors of the annealing law: two loss curves of a language model, a point every 1000 of 20,000 steps.
 *
 * Tissue, Wang, Wang: Scaling Law with Learning Rate Annealing, 2024, arXiv:2408.11029, the script published with it.
 */
export function authorsExample(): { readonly cosine: LossCurve; readonly constant: LossCurve } {
  const steps = Array.from({ length: 20 }, (_, i) => 1000 * (i + 1));
  const run = { total: 20_000, warmup: EXAMPLE_WARMUP, peak: 2e-4 };
  return {
    cosine: { name: 'cosine', rates: cosine()(run), steps, loss: losses.cosine },
    constant: { name: 'constant', rates: constant()(run), steps, loss: losses.constant },
  };
}
