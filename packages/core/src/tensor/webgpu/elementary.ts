import { type Tensor, reshape } from '@surprisal/kernels/tfjs';
import { register, runProgram } from './program.js';

/**
 * Exponentials, logarithms, sines and cosines in WGSL: within 3 units in the last place (sines and cosines: of 1, for angles below 8192), NaN for NaN, and right at 0
 * and infinities. What is built into WGSL promises none of that, and drivers differ. The polynomials are those of expf, logf and sinf in
 * Moshier's Cephes library.
 */
export const elementary = `
  fn exponentialRest(r : f32) -> f32 { // (e^r - 1 - r), |r| <= log(2) / 2
    let p = ((((1.9875691500e-4 * r + 1.3981999507e-3) * r + 8.3334519073e-3) * r + 4.1665795894e-2) * r
      + 1.6666665459e-1) * r + 5.0000001201e-1;
    return p * r * r;
  }
  fn twoTo(n : f32) -> f32 { return bitcast<f32>(u32(i32(n) + 127) << 23u); } // n in [-126, 127]
  fn expOf(x : f32) -> f32 {
    if (isnan(x)) { return x; }
    if (x > 88.72283) { return uniforms.INFINITY; }
    if (x < -87.33654) { return 0.0; } // the smallest normal number
    let n = round(x * 1.44269504);
    let r = fma(n, 2.12194440e-4, fma(n, -0.693359375, x));
    let half = floor(0.5 * n);
    return (1.0 + (r + exponentialRest(r))) * twoTo(half) * twoTo(n - half);
  }
  fn expm1Of(x : f32) -> f32 {
    if (abs(x) <= 0.34657) { return x + exponentialRest(x); }
    return expOf(x) - 1.0;
  }
  fn log1pRest(m : f32) -> f32 { // log(1 + m) - m, 1 + m in [sqrt(1/2), sqrt(2)]
    let p = (((((((7.0376836292e-2 * m - 1.1514610310e-1) * m + 1.1676998740e-1) * m - 1.2420140846e-1) * m
      + 1.4249322787e-1) * m - 1.6668057665e-1) * m + 2.0000714765e-1) * m - 2.4999993993e-1) * m + 3.3333331174e-1;
    return (p * m - 0.5) * m * m;
  }
  fn logOf(x : f32) -> f32 {
    if (isnan(x)) { return x; }
    if (abs(x) < 1.17549435e-38) { return -uniforms.INFINITY; } // numbers so small are 0 on a GPU
    if (x < 0.0) { return uniforms.NAN; }
    let bits = bitcast<u32>(x);
    if (bits >= 0x7f800000u) { return x; }
    var e = f32(i32(bits >> 23u) - 126);
    var m = bitcast<f32>((bits & 0x007fffffu) | 0x3f000000u); // [0.5, 1)
    if (m < 0.707106781) {
      e -= 1.0;
      m += m;
    }
    m -= 1.0;
    return fma(e, 0.693359375, m + fma(e, -2.12194440e-4, log1pRest(m)));
  }
  fn log1pOf(x : f32) -> f32 {
    if (x > -0.2928932 && x < 0.4142135) { return x + log1pRest(x); }
    return logOf(1.0 + x);
  }
  fn tanhOf(x : f32) -> f32 {
    if (abs(x) > 9.2) { return sign(x); }
    let e = expm1Of(2.0 * x);
    return e / (e + 2.0);
  }
  fn wave(x : f32, quarters : i32) -> f32 { // sin(x + quarters pi / 2)
    if (isnan(x) || isinf(x)) { return uniforms.NAN; }
    let n = round(x * 0.636619772);
    let r = fma(n, -7.54978995489e-8, fma(n, -4.83751297e-4, fma(n, -1.5703125, x)));
    let z = r * r;
    let quarter = i32(n) + quarters;
    var value = fma(((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z, r, r);
    if ((quarter & 1) != 0) {
      value = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
    }
    return select(value, -value, (quarter & 2) != 0);
  }`;

/** Kernels of tfjs whose WGSL is built on what is built in, in terms of those above. */
const unary: Readonly<Record<string, string>> = {
  Exp: 'expOf(x)',
  Expm1: 'expm1Of(x)',
  Log: 'logOf(x)',
  Log1p: 'log1pOf(x)',
  Sigmoid: '1.0 / (1.0 + expOf(-x))',
  Tanh: 'tanhOf(x)',
  Sin: 'wave(x, 0)',
  Cos: 'wave(x, 1)',
  Softplus: 'max(x, 0.0) + log1pOf(expOf(-abs(x)))',
  Elu: 'select(expm1Of(x), x, x >= 0.0)',
  Selu: 'select(1.7580993408473769 * expm1Of(x), 1.0507009873554805 * x, x >= 0.0)',
};

/** Registers them, for tensors of any shape. */
export function registerElementary(): void {
  for (const [kernel, value] of Object.entries(unary)) {
    register(kernel, ({ x }) => runUnary(kernel, value, x!));
  }
}

const WORKGROUP = 128;

const runUnary = (name: string, value: string, x: Tensor): Tensor =>
  reshape(
    runProgram({
      name,
      inputs: { A: reshape(x, [-1]) },
      output: [x.size],
      workgroup: WORKGROUP,
      groups: Math.ceil(x.size / WORKGROUP),
      code: `${elementary}
  fn main(index : i32) {
    if (index < uniforms.size) {
      let x = f32(A[index]);
      result[index] = ${value};
    }
  }`,
    }),
    x.shape,
  );
