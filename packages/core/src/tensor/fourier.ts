import { complex, imag, real, spectral } from '@surprisal/kernels/tfjs';
import { ShapeError } from '../errors.js';
import { sizeOf } from '../ndarray.js';
import { type FusedOperation, defineFused } from './fused.js';
import {
  Tensor,
  type Tensor2D,
  concat,
  div,
  mul,
  neg,
  reshape,
  reverse,
  slice,
  stack,
  unstack,
  zerosLike,
} from './ops.js';

/** Complex numbers as two tensors of one shape, so that they can be differentiated: tfjs's complex tensors cannot. */
export interface ComplexTensor {
  readonly real: Tensor;
  readonly imag: Tensor;
}

/**
 * The discrete Fourier transform over the last axis, `y_k = sum_j x_j e^(-2 pi i j k / n)`, of real or complex numbers `[..., n]` with any n.
 * In one kernel on engines that have it (powers of two are the fastest, other lengths take some four times as long).
 *
 * Cooley and Tukey: An Algorithm for the Machine Calculation of Complex Fourier Series, 1965; Bluestein: A Linear Filtering Approach to the
 * Computation of the Discrete Fourier Transform, 1970.
 *
 * @throws ShapeError for parts of different shapes, or an axis of length 0
 *
 * @example
 * const { real, imag } = fft(tensor1d([0, 1, 0, 0]));
 * console.log([real, imag].map((part) => Array.from(part.dataSync(), Math.round).join(' ')).join(' | ')); // 1 0 -1 0 | 0 -1 0 1
 */
export const fft = (x: Tensor | ComplexTensor): ComplexTensor => transform('fft', x, false);

/**
 * The inverse of `fft`, `x_j = 1/n sum_k y_k e^(2 pi i j k / n)` over the last axis.
 *
 * @throws ShapeError for parts of different shapes, or an axis of length 0
 *
 * @example
 * console.log(Array.from(ifft(fft(tensor1d([3, 1, 4]))).real.dataSync(), (x) => x.toFixed(3)).join()); // 3.000,1.000,4.000
 */
export function ifft(y: Tensor | ComplexTensor): ComplexTensor {
  const { real, imag } = transform('ifft', y, true);
  return { real: div(real, real.shape.at(-1)!), imag: div(imag, imag.shape.at(-1)!) };
}

/**
 * The first n/2 + 1 (rounded down) numbers of the transform of real numbers `[..., n]`: the others are their conjugates in reverse.
 *
 * @throws ShapeError for an axis of length 0
 *
 * @example
 * console.log(rfft(tensor1d([1, 2, 3, 4])).real.dataSync().join()); // 10,-2,-2
 */
export function rfft(x: Tensor): ComplexTensor {
  const { real, imag } = transform('rfft', x, false);
  const half = Math.floor(x.shape.at(-1)! / 2) + 1;
  return { real: along(real, 0, half), imag: along(imag, 0, half) };
}

/**
 * The n real numbers `[..., n]` whose transform begins with these n/2 + 1 (rounded down). Imaginary parts of the first, and for even n of the
 * last, count nothing.
 *
 * @param n default: the even one
 * @throws ShapeError when n does not fit
 *
 * @example
 * console.log(Array.from(irfft(rfft(tensor1d([3, 1, 4])), 3).dataSync(), (x) => x.toFixed(3)).join()); // 3.000,1.000,4.000
 */
export function irfft(y: ComplexTensor, n = 2 * (y.real.shape.at(-1)! - 1)): Tensor {
  const half = y.real.shape.at(-1)!;
  if (n < 1 || Math.floor(n / 2) + 1 !== half) {
    throw new ShapeError(
      `irfft: n must be ${2 * (half - 1)} or ${2 * half - 1} for numbers [${y.real.shape.join(', ')}], got ${n}`,
    );
  }
  const mirrored = (part: Tensor) => reverse(along(part, 1, n - half), -1);
  const whole = (part: Tensor, rest: Tensor) => (n === half ? part : concat([part, rest], -1));
  return ifft({ real: whole(y.real, mirrored(y.real)), imag: whole(y.imag, neg(mirrored(y.imag))) }).real;
}

/** A part of the last axis. */
function along(x: Tensor, from: number, length: number): Tensor {
  const leading = x.shape.slice(0, -1);
  return slice(x, [...leading.map(() => 0), from], [...leading, length]);
}

function transform(owner: string, x: Tensor | ComplexTensor, inverse: boolean): ComplexTensor {
  const parts = x instanceof Tensor ? { real: x, imag: zerosLike(x) } : x;
  const { shape } = parts.real;
  const n = shape.at(-1) ?? 0;
  if (n === 0) throw new ShapeError(`${owner}: x must be [..., n] with n at least 1, got [${shape.join(', ')}]`);
  if (parts.imag.shape.join() !== shape.join()) {
    throw new ShapeError(
      `${owner}: imag must be [${shape.join(', ')}] as real is, got [${parts.imag.shape.join(', ')}]`,
    );
  }
  if (parts.real.size === 0) return { real: zerosLike(parts.real), imag: zerosLike(parts.real) };
  const rows = [sizeOf(shape.slice(0, -1)), n];
  const both = stack([reshape(parts.real, rows), reshape(parts.imag, rows)]);
  const [real, imag] = unstack(fourier([both], [], { inverse })) as [Tensor, Tensor];
  return { real: reshape(real, shape), imag: reshape(imag, shape) };
}

/** Of [2, rows, n]: real parts, then imaginary ones. Its own transpose, but for the sign: so the gradient is the transform of the other sign. */
const fourier: FusedOperation<{ readonly inverse: boolean }> = defineFused('Fourier', {
  names: ['x'],
  forward([x], _constants, { inverse }) {
    const [re, im] = unstack(x!) as [Tensor, Tensor];
    const numbers = complex(re, im) as Tensor2D;
    const y = inverse ? spectral.ifft(numbers) : spectral.fft(numbers);
    const both = stack([real(y), imag(y)]);
    return inverse ? mul(both, x!.shape[2]!) : both;
  },
  gradient: (dy, _inputs, _constants, { inverse }) => [() => fourier([dy], [], { inverse: !inverse })],
});
