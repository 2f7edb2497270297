import { type Tensor, gather, mul, square, sub, sum, tensor1d } from '@surprisal/core/tensor';
import type { TransportPlan } from '../transport/plan.js';
import { safePower } from './pairs.js';

/**
 * What a plan costs, sum of mass |x - y|^power, of points `[n, d]` and `[m, d]`. The plan is held constant: where it is the best one, this has
 * the gradient of the least cost (the envelope theorem).
 */
export function costOfPlan(x: Tensor, y: Tensor, { from, to, mass }: TransportPlan, power: number): Tensor {
  const gaps = sub(gather(x, tensor1d(from, 'int32')), gather(y, tensor1d(to, 'int32')));
  const costs = safePower(sum(square(gaps), 1), power / 2);
  return sum(mul(costs, tensor1d(Float32Array.from(mass))));
}
