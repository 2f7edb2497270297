/**
 * One step of Adam for the elements [from, to): moments in place, m = beta1 m + rest1 g, v = beta2 v + rest2 g^2, and
 * out = keep w - rate m / (sqrt(v scale) + epsilon).
 */
export function adamStep(
  w: usize,
  out: usize,
  g: usize,
  m: usize,
  v: usize,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  rate: f32,
  scale: f32,
  epsilon: f32,
  keep: f32,
  from: i32,
  to: i32,
): void {
  const start = (<usize>from) << 2;
  w += start;
  out += start;
  g += start;
  m += start;
  v += start;
  let n = to - from;
  for (; n >= 4; n -= 4, w += 16, out += 16, g += 16, m += 16, v += 16) {
    const gradient = v128.load(g);
    const first = blend(v128.load(m), beta1, gradient, rest1);
    const second = blend(v128.load(v), beta2, f32x4.mul(gradient, gradient), rest2);
    v128.store(m, first);
    v128.store(v, second);
    v128.store(out, move(v128.load(w), first, second, rate, scale, epsilon, keep));
  }
  for (; n > 0; n--, w += 4, out += 4, g += 4, m += 4, v += 4) {
    const gradient = v128.load32_splat(g);
    const first = blend(v128.load32_splat(m), beta1, gradient, rest1);
    const second = blend(v128.load32_splat(v), beta2, f32x4.mul(gradient, gradient), rest2);
    v128.store32_lane(m, first, 0);
    v128.store32_lane(v, second, 0);
    v128.store32_lane(out, move(v128.load32_splat(w), first, second, rate, scale, epsilon, keep), 0);
  }
}

/** a x + b y */
function blend(x: v128, a: f32, y: v128, b: f32): v128 {
  return f32x4.add(f32x4.mul(x, f32x4.splat(a)), f32x4.mul(y, f32x4.splat(b)));
}

function move(w: v128, m: v128, v: v128, rate: f32, scale: f32, epsilon: f32, keep: f32): v128 {
  const size = f32x4.add(f32x4.sqrt(f32x4.mul(v, f32x4.splat(scale))), f32x4.splat(epsilon));
  return f32x4.sub(f32x4.mul(w, f32x4.splat(keep)), f32x4.mul(f32x4.div(m, size), f32x4.splat(rate)));
}

/**
 * One step of gradient descent for the elements [from, to): out = keep w - rate d, where d is the gradient, or with moments `a` (at 0: none)
 * a = momentum a + g, in place, and with `nesterov` g + momentum a.
 */
export function sgdStep(
  w: usize,
  out: usize,
  g: usize,
  a: usize,
  momentum: f32,
  nesterov: bool,
  rate: f32,
  keep: f32,
  from: i32,
  to: i32,
): void {
  const start = (<usize>from) << 2;
  w += start;
  out += start;
  g += start;
  if (a != 0) a += start;
  let n = to - from;
  for (; n >= 4; n -= 4, w += 16, out += 16, g += 16) {
    let direction = v128.load(g);
    if (a != 0) {
      const moment = f32x4.add(f32x4.mul(v128.load(a), f32x4.splat(momentum)), direction);
      v128.store(a, moment);
      direction = nesterov ? f32x4.add(direction, f32x4.mul(moment, f32x4.splat(momentum))) : moment;
      a += 16;
    }
    v128.store(out, blend(v128.load(w), keep, direction, -rate));
  }
  for (; n > 0; n--, w += 4, out += 4, g += 4) {
    let direction = load<f32>(g);
    if (a != 0) {
      const moment = load<f32>(a) * momentum + direction;
      store<f32>(a, moment);
      direction = nesterov ? direction + moment * momentum : moment;
      a += 4;
    }
    store<f32>(out, load<f32>(w) * keep - direction * rate);
  }
}
