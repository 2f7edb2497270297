import { anyColumn } from './columns.js';
import { defineScalingLaw, fitParams } from './scaling-law.js';

/**
 * A power law of one input without an irreducible loss, `L(x) = b x^-c`: a straight line in logarithms, and the baseline of every law
 * that bends.
 *
 * @example
 * const { parameters } = logLinear().fit({ C: [1e18, 1e19, 1e20], loss: [4, 3.2, 2.56] });
 * console.log((10 ** -parameters.c).toFixed(3)); // 0.800
 */
export const logLinear = defineScalingLaw({
  name: 'log-linear',
  summary: 'A power law of one input without an irreducible loss: the straight line that others must beat.',
  formula: 'L = b x^(−c)',
  params: fitParams,
  law: () => ({
    inputs: [anyColumn],
    parameters: [
      { name: 'b', scale: 'log', description: 'loss at x = 1' },
      { name: 'c', scale: 'linear', runaway: 2, description: 'exponent' },
    ],
    logPredict: ([lnB, c], [lnX], gradient) => {
      gradient[0] = 1;
      gradient[1] = -lnX!;
      return lnB! - c! * lnX!;
    },
    starts: () => [
      [2, 0.05],
      [5, 0.2],
    ],
  }),
});
