import { elementary } from './elementary.js';
import { register, runProgram } from './program.js';

const WORKGROUP = 128;

/**
 * `SurprisalFourier`, every number of the transform from all of the row, as tfjs's own programs do; but with angles that are reduced before
 * they are rounded, and sines that are.
 */
export function registerFourier(): void {
  register('SurprisalFourier', ({ x }, { inverse }) =>
    runProgram({
      name: 'fourier',
      inputs: { A: x! },
      output: x!.shape,
      workgroup: WORKGROUP,
      groups: Math.ceil(x!.size / WORKGROUP),
      parameters: { turn: (inverse ? 1 : -1) * 2 * Math.PI },
      code: `${elementary}
  fn main(index : i32) {
    if (index < uniforms.size) {
      let n = u32(uniforms.aShape.z);
      let half = uniforms.size / 2;
      let place = index % half;
      let frequency = u32(place) % n;
      let row = place - i32(frequency);
      var sum = 0.0;
      var rest = 0.0; // what the sum has lost
      var angle = 0u; // j times the frequency, modulo n
      for (var j = 0; j < i32(n); j++) {
        let a = uniforms.turn * (f32(angle) / f32(n));
        let re = A[row + j];
        let im = A[half + row + j];
        let term = select(re * wave(a, 0) + im * wave(a, 1), re * wave(a, 1) - im * wave(a, 0), index < half) - rest;
        let next = sum + term;
        rest = (next - sum) - term;
        sum = next;
        angle = (angle + frequency) % n;
      }
      result[index] = sum;
    }
  }`,
    }),
  );
}
