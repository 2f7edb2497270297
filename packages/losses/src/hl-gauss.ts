import { defineMethod, paper } from '@surprisal/core';
import { type Tensor, div, erf, expandDims, maximum, slice, sub, tensor1d } from '@surprisal/core/tensor';
import { z } from 'zod';
import { type ValueLoss, checkSupport, clampTo, makeValueLoss } from './value-loss.js';

/** Parameters that the losses of a range of values share. */
export const supportParams = {
  vMin: z.number().default(-10).meta({ upTo: 100, step: 1 }).describe('smallest value that can be predicted'),
  vMax: z.number().default(10).meta({ upTo: 100, step: 1 }).describe('largest value that can be predicted'),
  numBins: z.int().min(2).default(51).meta({ upTo: 201, step: 1 }).describe('number of bins'),
};

export const transform = z
  .enum(['identity', 'symlog', 'signed-hyperbolic'])
  .default('identity')
  .describe('squashing of targets before they are encoded; the range is of squashed values');

/**
 * HL-Gauss: the target becomes the mass of a Gaussian around it in each bin, cut off at the ends, and the loss is the cross-entropy of the
 * predicted histogram. Bins have the midpoints of their edges as values.
 *
 * @param params `vMin` < `vMax` (-10, 10), `numBins` >= 2 (51), `sigmaToBinRatio` > 0 (0.75): sigma over the width of a bin; `support` `edges`
 * or `centers`: vMin and vMax are the outer edges, or the midpoints of the outer bins; `clampTargets` (true): targets outside of the range
 * count as its ends; `transform` (`identity`)
 * @throws DomainError when a parameter is out of range
 *
 * Farebrother et al.: Stop Regressing: Training Value Functions via Classification for Scalable Deep RL, ICML 2024, arXiv:2403.03950; Imani,
 * White: Improving Regression Performance with Distributional Losses, 2018, arXiv:1806.04613.
 *
 * @example
 * const loss = hlGauss({ vMin: 0, vMax: 3, numBins: 3 });
 * console.log(Array.from(loss.encode([1.5]).dataSync(), (p) => p.toFixed(3)).join()); // 0.241,0.519,0.241
 * console.log(loss([[0, 2, 0]], [1.5]).dataSync()[0]!.toFixed(4)); // 1.2023
 */
export const hlGauss = defineMethod(
  {
    kind: 'value-loss',
    name: 'hl-gauss',
    summary: 'A number by classification: cross-entropy with a Gaussian around it, spread over bins.',
    formula: '−Σ_i [Φ(e_{i+1}) − Φ(e_i)]/Z log p_i',
    paper: paper(4),
    params: z.object({
      ...supportParams,
      sigmaToBinRatio: z
        .number()
        .gt(0)
        .default(0.75)
        .meta({ upTo: 5, step: 0.05 })
        .describe('standard deviation of the Gaussian over the width of a bin'),
      support: z.enum(['edges', 'centers']).default('edges').describe('what vMin and vMax are of the outer bins'),
      clampTargets: z.boolean().default(true).describe('whether targets outside of the range count as its ends'),
      transform,
    }),
  },
  ({ vMin, vMax, numBins, sigmaToBinRatio, support, clampTargets, transform }): ValueLoss => {
    checkSupport('hl-gauss', vMin, vMax);
    const half = support === 'edges' ? 0 : (vMax - vMin) / (2 * (numBins - 1));
    const width = (vMax - vMin + 2 * half) / numBins;
    const edges = Array.from({ length: numBins + 1 }, (_, i) => vMin - half + i * width);
    const scale = Math.SQRT2 * sigmaToBinRatio * width;
    const encode = (y: Tensor) => massInBins(clampTargets ? clampTo(y, vMin, vMax) : y, edges, scale);
    return makeValueLoss('hl-gauss', {
      values: Float32Array.from({ length: numBins }, (_, i) => (edges[i]! + edges[i + 1]!) / 2),
      encode,
      transform,
    });
  },
);

/** `[N]` to `[N, bins]`: the share of a Gaussian around each number, of standard deviation scale / sqrt 2, between the edges. */
function massInBins(y: Tensor, edges: readonly number[], scale: number): Tensor {
  const bins = edges.length - 1;
  const n = y.shape[0]!;
  const below = erf(div(sub(tensor1d([...edges]), expandDims(y, 1)), scale)); // [N, bins + 1]
  const mass = sub(slice(below, [0, 1], [n, bins]), slice(below, [0, 0], [n, bins]));
  const total = sub(slice(below, [0, bins], [n, 1]), slice(below, [0, 0], [n, 1]));
  return div(mass, maximum(total, 1e-10));
}
