import { quantile } from '@surprisal/core/numerics';
import {
  type Tensor,
  add,
  div,
  exp,
  expandDims,
  gaussianKernelSums,
  mul,
  neg,
  reciprocal,
  squaredDistances,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { logOf, safePower, weightedMean } from './pairs.js';
import { type Sample, squaredDistance } from './sample.js';

/** Two samples, of which all pairs are taken, with the weights of points that are not all equal. */
export interface Pairs {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly wx?: Tensor | undefined;
  readonly wy?: Tensor | undefined;
}

/** A kernel of the squared distance: 1 where points coincide, falling to 0. */
interface Kernel {
  host(squared: number, width: number): number;
  /** The mean over all pairs. */
  mean(pairs: Pairs, width: number): Tensor;
}

/** The mean of what is computed of the squared distances, which are stored. */
const ofDistances =
  (kernel: (squared: Tensor, width: number) => Tensor) =>
  ({ x, y, wx, wy }: Pairs, width: number): Tensor =>
    weightedMean(kernel(squaredDistances(x, y), width), wx, wy);

/** The widths of the multi-scale kernel, as multiples of the bandwidth. */
const SCALES = [0.25, 0.5, 1, 2, 4] as const;

const gaussian: Kernel = {
  host: (squared, width) => Math.exp(-squared / width / (2 * width)),
  mean({ x, y, wx, wy }, bandwidth) {
    const sums = gaussianKernelSums(x, y, { bandwidth, ...(wy && { logWeights: logOf(wy) }) });
    return weightedMean(expandDims(wy ? sums : div(sums, y.shape[0]!), 1), wx, undefined);
  },
};

/** The kernels that have names. All are characteristic: the mean of the kernel tells distributions apart. */
export const kernels = {
  gaussian,
  'multi-scale': {
    host(squared, width) {
      let total = 0;
      for (const scale of SCALES) total += gaussian.host(squared, scale * width);
      return total / SCALES.length;
    },
    // Of distances that are stored once: a sum for each width would compute them anew, which takes longer.
    mean: ofDistances((squared, width) => {
      const parts = SCALES.map((scale) => exp(div(div(squared, scale * width), -2 * scale * width)));
      return mul(
        parts.reduce((a, b) => add(a, b)),
        1 / SCALES.length,
      );
    }),
  },
  laplacian: {
    host: (squared, width) => Math.exp(-Math.sqrt(squared) / width),
    mean: ofDistances((squared, width) => exp(neg(div(safePower(squared, 0.5), width)))),
  },
  'rational-quadratic': {
    host: (squared, width) => 1 / (1 + squared / width / (2 * width)),
    mean: ofDistances((squared, width) => reciprocal(add(div(div(squared, width), 2 * width), 1))),
  },
} satisfies Record<string, Kernel>;

/** The parameter of methods with a kernel: 0 stands for {@link medianDistance}. */
export const bandwidthParameter = z
  .number()
  .min(0)
  .default(0)
  .meta({ upTo: 5, step: 0.1 })
  .describe('width of the kernel, in the unit of the data; 0: the median distance of the points');

/** More points are thinned out before their distances are ranked. */
const RANKED = 1000;

/**
 * The median distance between two different points of both samples together: the usual width of a kernel (Gretton et al. 2012). Of more
 * than 1,000 points, as many are taken, evenly spaced. Where most points coincide it is their mean distance, and 1 where all do.
 */
export function medianDistance(x: Sample, y: Sample): number {
  const total = x.n + y.n;
  const count = Math.min(total, RANKED);
  const at = (k: number) => {
    const index = Math.floor((k * total) / count);
    return index < x.n ? ([x, index] as const) : ([y, index - x.n] as const);
  };
  const distances = new Float64Array((count * (count - 1)) / 2);
  for (let a = 0, k = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) distances[k++] = Math.sqrt(squaredDistance(...at(a), ...at(b)));
  }
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  return [quantile(distances, 0.5), mean].find((width) => width > LEAST) ?? 1;
}

/** Distances below this are none: their squares are not numbers of float32, nor of float64 soon. */
const LEAST = 1e-30;
