import { DomainError } from '@surprisal/core';
import { type Tensor, add, mul, squaredDistances, sub, sum, tensor2d } from '@surprisal/core/tensor';
import { z } from 'zod';
import { type EntropicTransport, checkEpsilon, solve, solveToItself } from '../transport/sinkhorn.js';
import { safePower } from './pairs.js';
import { type Sample, massesOf, pairMatrix, pairMean } from './sample.js';
import { defineSampleDivergence } from './sample-divergence.js';
import { distanceToPower, powerParameter } from './wasserstein.js';

/**
 * Sinkhorn divergence, OT(x, y) - (OT(x, x) + OT(y, y)) / 2, where OT is the cost of the best plan that is blurred by entropy, min of
 * E|x - y|^p + epsilon KL(plan; independent): a Wasserstein distance to the power p for small epsilon, (for p = 1 half of) an energy
 * distance for large ones, at least 0 and 0 where the samples agree. Without `debiased` it is OT(x, y) alone, which is not.
 *
 * The gradient takes the plans as they are (the envelope theorem), so that it costs no more than the value; it cannot be differentiated
 * again. The plans are computed on the host, in float64.
 *
 * @param params `power` p from 1 to 10, default 2; `epsilon` >= 0 in the unit of the cost, default 0: a twentieth of the mean cost from x
 * to y, held constant in the gradient; `debiased` default true; `tolerance` > 0 of the marginals, default 1e-5; `iterations`, the most
 * passes over all pairs once the plan is as blurred as that, default 10,000
 * @throws DomainError where these do not reach the tolerance, for an epsilon below 1e-12 of the spread of the costs, and for more than 25
 * million pairs
 *
 * Genevay, Peyre, Cuturi: Learning Generative Models with Sinkhorn Divergences, 2018, arXiv:1706.00292; Feydy, Sejourne, Vialard, Amari,
 * Trouve, Peyre: Interpolating between Optimal Transport and MMD using Sinkhorn Divergences, 2019, arXiv:1810.08278.
 *
 * @example
 * console.log(sinkhorn()([0, 1], [3, 4]).toFixed(4)); // 9.0000
 */
export const sinkhorn = defineSampleDivergence({
  name: 'sinkhorn',
  summary: 'Optimal transport with a blur, debiased: smooth, and faster than exact transport.',
  formula: 'OT_ε(x,y) − ½ OT_ε(x,x) − ½ OT_ε(y,y)',
  unit: ({ power }) => (power === 1 ? 'data' : `data^${power}`),
  params: z.object({
    power: powerParameter(2),
    epsilon: z
      .number()
      .min(0)
      .default(0)
      .meta({ upTo: 5, step: 0.05 })
      .describe('how much plans are blurred, in the unit of the cost; 0: a twentieth of the mean cost'),
    debiased: z.boolean().default(true).describe('take off what each sample costs to itself'),
    tolerance: z.number().gt(0).default(1e-5).describe('error of the marginals at which it stops'),
    iterations: z
      .number()
      .int()
      .min(1)
      .default(10_000)
      .describe('the most passes over all pairs once plans are as blurred as that'),
  }),
  host(x, y, params) {
    const { between, within } = problemsOf(x, y, params);
    return between.value - 0.5 * within.reduce((total, { value }) => total + value, 0);
  },
  tensor({ x, y, host }, params) {
    const { between, within } = problemsOf(...host(), params);
    const cost = (solved: EntropicTransport, a: Tensor, b: Tensor) => valueOf(solved, a, b, params.power);
    const [xx, yy] = within;
    const total = cost(between, x, y);
    return xx && yy ? sub(total, mul(add(cost(xx, x, x), cost(yy, y, y)), 0.5)) : total;
  },
});

interface Params {
  readonly power: number;
  readonly epsilon: number;
  readonly debiased: boolean;
  readonly tolerance: number;
  readonly iterations: number;
}

/** The transports that a divergence is made of, all with the same epsilon. */
function problemsOf(x: Sample, y: Sample, params: Params): { between: EntropicTransport; within: EntropicTransport[] } {
  checkPairs(x, y, params);
  const cost = distanceToPower(params.power);
  const options = { ...params, epsilon: params.epsilon || pairMean(x, y, cost) / 20 || 1 };
  const costs = (a: Sample, b: Sample) => checkedCosts(pairMatrix(a, b, cost), options.epsilon);
  const within = (a: Sample) => finished(solveToItself(massesOf(a), costs(a, a), options), params);
  return {
    between: finished(solve(massesOf(x), massesOf(y), costs(x, y), options), params),
    within: params.debiased ? [within(x), within(y)] : [],
  };
}

function checkedCosts(costs: Float64Array, epsilon: number): Float64Array {
  if (!costs.every((value) => value < Infinity)) {
    throw new DomainError('sinkhorn: distances to the power must be finite, got Infinity; scale the points down');
  }
  checkEpsilon('sinkhorn', epsilon, costs);
  return costs;
}

/** A matrix of 200 MB for each of cost, kernel and plan. */
const MOST_PAIRS = 25e6;

function checkPairs(x: Sample, y: Sample, { debiased }: Params): void {
  const pairs = debiased ? Math.max(x.n, y.n) ** 2 : x.n * y.n;
  if (pairs <= MOST_PAIRS) return;
  throw new DomainError(
    `sinkhorn: x and y must make at most ${MOST_PAIRS} pairs, with themselves too where debiased, got ${x.n} and ${y.n} points; take sliced-wasserstein, or fewer points`,
  );
}

function finished(solved: EntropicTransport, { tolerance }: Params): EntropicTransport {
  if (solved.converged) return solved;
  throw new DomainError(
    `sinkhorn: the marginals must be right within ${tolerance} in total, got ${solved.error.toExponential(1)} after ${solved.iterations} passes; take more iterations, a larger epsilon or a larger tolerance`,
  );
}

/** The value as it was found, with the gradient of the cost under the plan that gave it. */
function valueOf(solved: EntropicTransport, x: Tensor, y: Tensor, power: number): Tensor {
  const { data, shape } = solved.plan();
  const moved = sum(
    mul(safePower(squaredDistances(x, y), power / 2), tensor2d(Float32Array.from(data), [shape[0]!, shape[1]!])),
  );
  return add(moved, solved.value - moved.dataSync()[0]!);
}
