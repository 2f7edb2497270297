/** Numbers from 0 to 1 without a pattern, the same in `peers/uniforms.py`: a linear congruential generator modulo 2^32. */
export function uniforms(seed, n) {
  let state = seed;
  return Float64Array.from({ length: n }, () => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32);
}
