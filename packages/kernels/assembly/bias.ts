/** What a layer does to its sums: codes of the activations that need no exponential. */
const LINEAR = 0;
const RELU = 1;
const RELU6 = 2;
const PRELU = 4;

/** x = activation(x + bias), in place, for the rows [from, to) of x [..., n], bias [n] or none (0), slopes [n] of prelu, and the one slope of leaky relu. */
export function addBias(
  x: usize,
  n: i32,
  bias: usize,
  activation: i32,
  slopes: usize,
  slope: f32,
  from: i32,
  to: i32,
): void {
  const wide = n & ~3;
  x += (<usize>from * <usize>n) << 2;
  for (let i = from; i < to; i++) {
    for (let j = 0; j < wide; j += 4) {
      let value = v128.load(x);
      if (bias != 0) value = f32x4.add(value, v128.load(bias + ((<usize>j) << 2)));
      const by = activation == PRELU ? v128.load(slopes + ((<usize>j) << 2)) : f32x4.splat(slope);
      v128.store(x, activate(value, activation, by));
      x += 16;
    }
    for (let j = wide; j < n; j++) {
      let value = v128.load32_splat(x);
      if (bias != 0) value = f32x4.add(value, v128.load32_splat(bias + ((<usize>j) << 2)));
      const by = activation == PRELU ? v128.load32_splat(slopes + ((<usize>j) << 2)) : f32x4.splat(slope);
      store<f32>(x, f32x4.extract_lane(activate(value, activation, by), 0));
      x += 4;
    }
  }
}

/** NaN stays NaN. */
function activate(x: v128, activation: i32, slope: v128): v128 {
  const zero = f32x4.splat(0);
  if (activation == LINEAR) return x;
  if (activation == RELU) return f32x4.max(x, zero);
  if (activation == RELU6) return f32x4.min(f32x4.max(x, zero), f32x4.splat(6));
  return v128.bitselect(f32x4.mul(x, slope), x, f32x4.lt(x, zero)); // LEAKY, PRELU
}
