import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ShapeError } from '../errors.js';
import { ndarray } from '../ndarray.js';
import { Random } from '../random.js';
import {
  type Tensor,
  fft,
  gradientsOf,
  ifft,
  irfft,
  memory,
  rfft,
  square,
  sum,
  tidy,
  toTensor,
  useEngine,
  zeros,
} from './index.js';

const numbers = (rows: number, n: number, seed: number) => new Random(seed).normals(rows * n);
const put = (data: Float32Array | Float64Array, rows: number, n: number) =>
  toTensor(ndarray(Float32Array.from(data), [rows, n]));
const list = (x: Tensor) => Array.from(x.dataSync());

/** By the definition, in float64. */
function definition(re: ArrayLike<number>, im: ArrayLike<number>, rows: number, n: number) {
  const real: number[] = [];
  const imag: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < n; k++) {
      let [a, b] = [0, 0];
      for (let j = 0; j < n; j++) {
        const angle = (-2 * Math.PI * ((j * k) % n)) / n;
        const [x, y] = [re[row * n + j]!, im[row * n + j]!];
        a += x * Math.cos(angle) - y * Math.sin(angle);
        b += x * Math.sin(angle) + y * Math.cos(angle);
      }
      real.push(a);
      imag.push(b);
    }
  }
  return { real, imag };
}

/** Relative to the size of what is summed up. */
const near = (got: ArrayLike<number>, expected: ArrayLike<number>, size: number) => {
  expect(got.length).toBe(expected.length);
  Array.from(got).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-6 * size));
};

const lengths = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 81, 97, 100, 128, 256, 257, 512));

describe.each(['cpu', 'wasm'] as const)('Fourier transforms on %s', (engine) => {
  beforeAll(async () => void (await useEngine(engine)));

  it('are what they are by definition, for any length', () =>
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 3 }), fc.nat(1e6), (n, rows, seed) => {
        const [re, im] = [numbers(rows, n, seed), numbers(rows, n, seed + 1)];
        tidy(() => {
          const x = { real: put(re, rows, n), imag: put(im, rows, n) };
          const expected = definition(re, im, rows, n);
          const [y, half] = [fft(x), rfft(x.real)];
          const back = ifft(y);
          const size = Math.sqrt(n) * 4 * Math.log2(n + 1);
          near(list(y.real), expected.real, size);
          near(list(y.imag), expected.imag, size);
          near(list(back.real), re, 16);
          near(list(back.imag), im, 16);
          expect(half.real.shape).toEqual([rows, Math.floor(n / 2) + 1]);
          near(list(irfft(half, n)), re, 16);
        });
      }),
      { numRuns: 20 },
    ));

  it('take any leading axes, and none', () => {
    const x = toTensor(ndarray(numbers(6, 5, 1), [2, 3, 5]));
    expect(fft(x).real.shape).toEqual([2, 3, 5]);
    expect(fft(toTensor([1, 2])).real.dataSync()).toEqual(Float32Array.of(3, -1));
    expect(fft(zeros([0, 4])).real.shape).toEqual([0, 4]);
  });

  it('keep the sum of squares, and so do gradients (Parseval)', () => {
    const x = put(numbers(1, 48, 5), 1, 48);
    const energy = (x: Tensor) => tidy(() => sum(square(fft(x).real)).add(sum(square(fft(x).imag))));
    const { value, gradients } = gradientsOf((x) => energy(x!), [x]);
    near(list(value), [48 * list(sum(square(x)))[0]!], 48 * 48);
    near(list(gradients[0]!), list(x.mul(96)), 96 * 4);
  });

  it('leave no tensors behind', () => {
    const x = put(numbers(2, 30, 1), 2, 30);
    const before = memory().numTensors;
    for (let i = 0; i < 20; i++) {
      tidy(() => void irfft(rfft(x)));
      tidy(() => void gradientsOf((x) => sum(square(fft(x!).imag)), [x]));
    }
    expect(memory().numTensors).toBe(before);
  });

  it('refuse what has no transform', () => {
    expect(() => fft(zeros([2, 0]))).toThrow(new ShapeError('fft: x must be [..., n] with n at least 1, got [2, 0]'));
    expect(() => fft({ real: zeros([2, 3]), imag: zeros([2]) })).toThrow(
      new ShapeError('fft: imag must be [2, 3] as real is, got [2]'),
    );
    expect(() => irfft(rfft(zeros([6])), 8)).toThrow(new ShapeError('irfft: n must be 6 or 7 for numbers [4], got 8'));
  });
});
