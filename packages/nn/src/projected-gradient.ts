import { DomainError } from '@surprisal/core';
import {
  type Tensor,
  add,
  checkShape,
  clipByValue,
  div,
  gradientsOf,
  maximum,
  minimum,
  mul,
  readsAtOnce,
  reshape,
  sign,
  sqrt,
  square,
  sub,
  sum,
  tidy,
} from '@surprisal/core/tensor';

/** Where an attack may go, and how. */
export interface ProjectedGradientOptions {
  /** `'linf'`: no number may move further than the radius; `'l2'`: all of an example together. Default `'linf'`. */
  readonly norm?: 'linf' | 'l2';
  /** >= 0, in the units of the inputs. */
  readonly radius: number;
  /** Default 10. */
  readonly steps?: number;
  /** Default 2.5 radius / steps. */
  readonly stepSize?: number;
  /** What the numbers of an input may be, default [0, 1]. */
  readonly range?: readonly [low: number, high: number];
  /** Where the ascent begins, of the inputs' shape; default the inputs themselves. */
  readonly start?: Tensor;
}

/**
 * Projected gradient ascent: inputs in a ball around the given ones at which an objective is large. The ball's norm is over all axes but the
 * first. Each step goes along the sign of the gradient (`linf`) or along the gradient at length 1 (`l2`), then back into the ball and the range; the
 * last point is returned. It is no part of the gradient of anything: call it before a step of training, not within its cost.
 *
 * @param objective a scalar of inputs `[batch, ...]`, a sum over the examples: what the attack makes larger
 * @param inputs `[batch, ...]`
 * @throws ShapeError for another start; DomainError for options out of range, or a gradient that is NaN
 *
 * Madry, Makelov, Schmidt, Tsipras, Vladu: Towards Deep Learning Models Resistant to Adversarial Attacks, 2018, arXiv:1706.06083.
 *
 * @example
 * const inputs = tensor2d([[0.5, 0.5]]);
 * const moved = projectedGradient((x) => sum(mul(x, [[1, -2]])), inputs, { radius: 0.1 });
 * console.log(Array.from(moved.dataSync(), (x) => x.toFixed(1)).join()); // 0.6,0.4
 */
export function projectedGradient(
  objective: (inputs: Tensor) => Tensor,
  inputs: Tensor,
  options: ProjectedGradientOptions,
): Tensor {
  const {
    norm = 'linf',
    radius,
    steps = 10,
    stepSize = (2.5 * radius) / steps,
    range = [0, 1],
    start = inputs,
  } = options;
  if (!(radius >= 0)) throw new DomainError(`projectedGradient: radius must be at least 0, got ${radius}`);
  if (!(Number.isInteger(steps) && steps >= 1)) throw new DomainError(`projectedGradient: steps must be a whole number from 1 on, got ${steps}`); // prettier-ignore
  checkShape('projectedGradient', 'start', start, inputs.shape);
  const { direction, project } = balls[norm];
  const step = (x: Tensor) =>
    tidy(() => {
      const { value, gradients } = gradientsOf(objective, [x]);
      value.dispose();
      checkGradient(gradients[0]!);
      const moved = sub(add(x, mul(direction(gradients[0]!), stepSize)), inputs);
      return clipByValue(add(inputs, project(moved, radius)), ...range);
    });
  let x = start;
  for (let made = 0; made < steps; made++) {
    const next = step(x);
    if (x !== start) x.dispose();
    x = next;
  }
  return x;
}

/** What the steps along a gradient are like, and the nearest difference within a radius. */
interface Ball {
  direction(gradient: Tensor): Tensor;
  project(difference: Tensor, radius: number): Tensor;
}

const balls: Record<'linf' | 'l2', Ball> = {
  linf: {
    direction: sign,
    project: (difference, radius) => clipByValue(difference, -radius, radius),
  },
  l2: {
    direction: (gradient) => div(gradient, add(lengths(gradient), 1e-10)),
    project: (difference, radius) => mul(difference, minimum(1, div(radius, maximum(lengths(difference), 1e-30)))),
  },
};

/** The 2-norm of each example, with axes of length 1 for all but the first. */
function lengths(x: Tensor): Tensor {
  const [batch, ...rest] = x.shape;
  const norms = sqrt(sum(square(reshape(x, [batch!, -1])), 1));
  return reshape(norms, [batch!, ...rest.map(() => 1)]);
}

function checkGradient(gradient: Tensor): void {
  if (!readsAtOnce()) return;
  const at = gradient.dataSync().findIndex(Number.isNaN);
  if (at < 0) return;
  const example = Math.floor(at / (gradient.size / gradient.shape[0]!));
  throw new DomainError(`projectedGradient: the gradient must be numbers, got NaN for example ${example}`);
}
