import { type Tensor, abs, add, div, expm1, log1p, mul, sign, sqrt, square, sub } from '@surprisal/core/tensor';

/** How numbers of many sizes are brought to a common scale before they are encoded. */
export type Squashing = 'identity' | 'symlog' | 'signed-hyperbolic';

/**
 * Squashed numbers: `sign(x) log(1 + |x|)` (symlog), `sign(x) (sqrt(|x| + 1) - 1) + 0.001 x` (signed-hyperbolic), or x.
 *
 * Hafner et al.: Mastering Diverse Domains through World Models, 2023, arXiv:2301.04104; Pohlen et al.: Observe and Look Further, 2018,
 * arXiv:1805.11593.
 *
 * @example
 * console.log(squash(toTensor([-8]), 'symlog').dataSync()[0]!.toFixed(4)); // -2.1972
 */
export function squash(x: Tensor, transform: Squashing): Tensor {
  if (transform === 'identity') return x;
  const size = abs(x);
  if (transform === 'symlog') return mul(sign(x), log1p(size));
  return add(mul(sign(x), sub(sqrt(add(size, 1)), 1)), mul(x, SLOPE));
}

/**
 * The numbers of squashed ones, the inverse of {@link squash}.
 *
 * @example
 * console.log(unsquash(squash(toTensor([300]), 'signed-hyperbolic'), 'signed-hyperbolic').dataSync()[0]!.toFixed(2)); // 300.00
 */
export function unsquash(y: Tensor, transform: Squashing): Tensor {
  if (transform === 'identity') return y;
  const size = abs(y);
  if (transform === 'symlog') return mul(sign(y), expm1(size));
  const root = add(size, 1 + SLOPE); // sqrt(|x| + 1) solves SLOPE r^2 + r = root, here without a difference of nearly equal numbers
  const r = div(mul(root, 2), add(sqrt(add(mul(root, 4 * SLOPE), 1)), 1));
  return mul(sign(y), sub(square(r), 1));
}

const SLOPE = 1e-3;
