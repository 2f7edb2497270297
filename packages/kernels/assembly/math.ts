/** log2(e) */
const LOG2_E: f32 = 1.44269504;

/** ln 2 in two parts: a whole number below 2^15 times the first is exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.1219444e-4;

/** Added to a number below 2^22, it leaves in the lowest bits the nearest whole number and 127, what exponents of float32 are biased by. */
const ROUNDER: f32 = 12583039; // 1.5 * 2^23 + 127

/** The bits of sqrt(1/2), and how many more 1 has. */
const SQRT_HALF = 0x3f3504f3;
const TO_ONE = 0x3f800000 - SQRT_HALF;

function constant(value: f32): v128 {
  return f32x4.splat(value);
}

function mulAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * Functions of four numbers at once. Arguments are reduced to where a polynomial, fitted by Remez' exchange, does the rest; there are
 * no tables. Errors are in units in the last place (ulp) of the result, over all of float32.
 *
 * NaN gives NaN; functions that are 0 at 0 keep the sign of zero. Results below the least normal number, 2^-126, are denormal and
 * rounded twice: off by at most one unit of 2^-149.
 *
 * They are methods because a method can be put in place of its call, and a call costs as much as half of the work.
 */
export abstract class Math4 {
  /** e^x, within 1 ulp; 0 below -103.97, Infinity above 88.72 */
  @inline
  static exp(x: v128): v128 {
    const vanishes = f32x4.lt(x, constant(-103.972084));
    const within = f32x4.pmin(v128.andnot(x, vanishes), constant(89)); // pmin keeps a NaN on its left
    const exponent = Math4.exponent(within);
    const y = f32x4.add(Math4.expm1Near0(Math4.remainder(within, exponent)), constant(1));
    const n = i32x4.sub(exponent, constant(ROUNDER));
    const half = i32x4.shr_s(n, 1); // 2^n alone may be out of range
    const other = Math4.powerOf2(i32x4.sub(exponent, half));
    const scaled = f32x4.mul(f32x4.mul(y, Math4.powerOf2(i32x4.add(half, i32x4.splat(127)))), other);
    return v128.andnot(scaled, vanishes);
  }

  /** e^x for x <= 0, within 1 ulp; in two thirds of the time, as it is 0 below the least normal number, 2^-126 */
  @inline
  static expOfNegative(x: v128): v128 {
    const vanishes = f32x4.lt(x, constant(-87.33654));
    const exponent = Math4.exponent(x);
    const y = f32x4.add(Math4.expm1Near0(Math4.remainder(x, exponent)), constant(1));
    return v128.andnot(f32x4.mul(y, Math4.powerOf2(exponent)), vanishes);
  }

  /** e^x - 1, within 2 ulp */
  @inline
  static expm1(x: v128): v128 {
    const y = v128.bitselect(Math4.exp(x), Math4.expm1Below(x), f32x4.gt(x, constant(30)));
    return v128.bitselect(x, y, f32x4.eq(x, constant(0)));
  }

  /** ln x, within 1 ulp */
  @inline
  static log(x: v128): v128 {
    return Math4.logPlus(x, constant(0));
  }

  /** ln(1 + x), within 1 ulp: what 1 + x rounds off is given back in first order */
  @inline
  static log1p(x: v128): v128 {
    const u = f32x4.add(x, constant(1));
    const lost = f32x4.div(f32x4.sub(x, f32x4.sub(u, constant(1))), u);
    return v128.bitselect(x, Math4.logPlus(u, lost), f32x4.eq(x, constant(0)));
  }

  /** tanh x, within 3 ulp: (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x */
  @inline
  static tanh(x: v128): v128 {
    const e = Math4.expm1Below(f32x4.mul(f32x4.abs(x), constant(-2)));
    return Math4.withSignOf(x, f32x4.div(e, f32x4.add(e, constant(2))));
  }

  /** 1 / (1 + e^-x), within 3 ulp; 0 below 2^-126 */
  @inline
  static sigmoid(x: v128): v128 {
    const e = Math4.expOfNegative(Math4.negativeOf(x));
    const above = v128.bitselect(e, constant(1), f32x4.lt(x, constant(0)));
    return f32x4.div(above, f32x4.add(e, constant(1)));
  }

  /** ln(1 + e^x), within 2 ulp; 0 below 2^-126 */
  @inline
  static softplus(x: v128): v128 {
    const rest = Math4.log1p(Math4.expOfNegative(Math4.negativeOf(x)));
    return f32x4.add(f32x4.pmax(x, constant(0)), rest); // pmax keeps a NaN on its left
  }

  /** erf x, within 2 ulp: t + t P(t^2) around 0, from there on 1 - e^(t Q(t)) for t = |x|, with the sign of x */
  @inline
  static erf(x: v128): v128 {
    const t = f32x4.pmin(f32x4.abs(x), constant(4)); // 1 from there on
    const far = Math4.expm1Below(Math4.logErfc(t));
    return Math4.withSignOf(x, v128.bitselect(Math4.erfNear0(t), far, f32x4.lt(t, constant(0.925))));
  }

  /** x / ln 2, rounded, as ROUNDER leaves it */
  @inline
  private static exponent(x: v128): v128 {
    return mulAdd(x, constant(LOG2_E), constant(ROUNDER));
  }

  /** x - n ln 2 */
  @inline
  private static remainder(x: v128, exponent: v128): v128 {
    const n = f32x4.sub(exponent, constant(ROUNDER));
    return f32x4.sub(f32x4.sub(x, f32x4.mul(n, constant(LN2_HIGH))), f32x4.mul(n, constant(LN2_LOW)));
  }

  /** 2^n for -126 <= n <= 127, from n + 127 in the lowest bits */
  @inline
  private static powerOf2(exponent: v128): v128 {
    return i32x4.shl(exponent, 23);
  }

  /** e^r - 1 for |r| <= ln 2 / 2 */
  @inline
  private static expm1Near0(r: v128): v128 {
    let p = mulAdd(constant(1.38146023e-3), r, constant(8.36871564e-3));
    p = mulAdd(p, r, constant(4.1668389e-2));
    p = mulAdd(p, r, constant(0.166665211));
    p = mulAdd(p, r, constant(0.49999994));
    return mulAdd(f32x4.mul(r, r), p, r);
  }

  /** e^x - 1 without the loss of digits around 0, for x <= 60 */
  @inline
  static expm1Below(x: v128): v128 {
    const within = f32x4.pmax(x, constant(-30)); // -1 below
    const exponent = Math4.exponent(within);
    const scale = Math4.powerOf2(exponent);
    return mulAdd(Math4.expm1Near0(Math4.remainder(within, exponent)), scale, f32x4.sub(scale, constant(1)));
  }

  /**
   * ln x + c for a small c. With x = 2^k m, m between sqrt(1/2) and sqrt(2), f = m - 1 and s = f / (f + 2),
   * ln m = 2 artanh s = f - f^2 / 2 + s (f^2 / 2 + s^2 P(s^2)), after fdlibm (Sun Microsystems, 1993).
   */
  @inline
  static logPlus(x: v128, c: v128): v128 {
    const denormal = f32x4.lt(x, constant(1.17549435e-38)); // 2^-126
    const normal = v128.bitselect(f32x4.mul(x, constant(33554432)), x, denormal); // 2^25
    const bits = i32x4.add(normal, i32x4.splat(TO_ONE));
    const shift = i32x4.add(i32x4.splat(127), v128.and(denormal, i32x4.splat(25)));
    const k = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(bits, 23), shift));
    const m = i32x4.add(v128.and(bits, i32x4.splat(0x7fffff)), i32x4.splat(SQRT_HALF));
    const f = f32x4.sub(m, constant(1));
    const s = f32x4.div(f, f32x4.add(f, constant(2)));
    const z = f32x4.mul(s, s);
    let p = mulAdd(constant(0.24279078841), z, constant(0.28498786688));
    p = mulAdd(p, z, constant(0.40000972152));
    p = mulAdd(p, z, constant(0.66666662693));
    const half = f32x4.mul(f32x4.mul(f, f), constant(0.5));
    const low = mulAdd(k, constant(9.0580006145e-6), c); // the rest of ln 2
    const y = f32x4.add(f32x4.sub(mulAdd(s, mulAdd(p, z, half), low), half), f);
    return Math4.logLimits(x, mulAdd(k, constant(0.69313812256), y));
  }

  /** y for 0 < x < Infinity, elsewhere what ln x tends to; NaN below 0 */
  @inline
  private static logLimits(x: v128, y: v128): v128 {
    const finite = v128.bitselect(y, x, f32x4.lt(x, constant(Infinity)));
    const orZero = v128.bitselect(constant(-Infinity), finite, f32x4.eq(x, constant(0)));
    return v128.or(orZero, f32x4.lt(x, constant(0)));
  }

  /** erf t for 0 <= t < 0.925 */
  @inline
  private static erfNear0(t: v128): v128 {
    const z = f32x4.mul(t, t);
    let p = mulAdd(constant(-5.95374207e-4), z, constant(4.98594064e-3));
    p = mulAdd(p, z, constant(-2.676172e-2));
    p = mulAdd(p, z, constant(0.112816826));
    p = mulAdd(p, z, constant(-0.376124799));
    p = mulAdd(p, z, constant(0.128379151));
    return mulAdd(p, t, t);
  }

  /** ln(1 - erf t) for 0.925 <= t <= 4 */
  @inline
  private static logErfc(t: v128): v128 {
    let p = mulAdd(constant(2.13984924e-4), t, constant(-3.21495533e-3));
    p = mulAdd(p, t, constant(2.28899643e-2));
    p = mulAdd(p, t, constant(-0.10526184));
    p = mulAdd(p, t, constant(-0.635718346));
    p = mulAdd(p, t, constant(-1.12851441));
    return f32x4.mul(p, t);
  }

  /** -|x| */
  @inline
  private static negativeOf(x: v128): v128 {
    return v128.or(x, i32x4.splat(0x80000000));
  }

  /** |y| with the sign of x */
  @inline
  private static withSignOf(x: v128, y: v128): v128 {
    return v128.bitselect(x, y, i32x4.splat(0x80000000));
  }
}
