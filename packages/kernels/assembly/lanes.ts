/**
 * Rows four numbers at a time, also where their length is no multiple of four. They are methods because a method can be put in place of
 * its call: a call, even one that is hardly ever made, would empty the registers of a loop.
 */
export abstract class Four {
  /** The numbers j to j + 3 of a row of n, or the last ones and `rest`. */
  @inline
  static load(x: usize, j: i32, n: i32, rest: f32): v128 {
    const place = x + ((<usize>j) << 2);
    if (n - j >= 4) return v128.load(place);
    let v = v128.load_lane<f32>(place, f32x4.splat(rest), 0);
    if (n - j > 1) v = v128.load_lane<f32>(place, v, 1, 4);
    if (n - j > 2) v = v128.load_lane<f32>(place, v, 2, 8);
    return v;
  }

  /** Puts the numbers j to j + 3 into a row of n, as far as it has them. */
  @inline
  static store(x: usize, j: i32, n: i32, v: v128): void {
    const place = x + ((<usize>j) << 2);
    if (n - j >= 4) {
      v128.store(place, v);
    } else {
      v128.store_lane<f32>(place, v, 0);
      if (n - j > 1) v128.store_lane<f32>(place, v, 1, 4);
      if (n - j > 2) v128.store_lane<f32>(place, v, 2, 8);
    }
  }

  static sum(v: v128): f32 {
    return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
  }

  /** NaN counts nothing. */
  static largest(v: v128): f32 {
    const half = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
    return f32x4.extract_lane(f32x4.pmax(half, v128.shuffle<f32>(half, half, 1, 0, 3, 2)), 0);
  }
}
