/**
 * Softmax cross-entropy and the comp-sum family, for rows of logits [rows, n], with label smoothing and z-loss. Labels are class indices,
 * one a row, or dense [rows, n]. They count as q_k = keep label_k + even, with keep = 1 - smoothing and even = smoothing / n, but no
 * `even` where a class is masked. A sparse label is taken for itself, apart from what is spread over the row.
 */
import { Four } from './lanes';
import { Math4 } from './math';
import { LOWEST, at, exp, expm1, log, putStatistics, rowMax, scaledExp, sumExp } from './softmax-rows';

/** exp of less than this can be multiplied without overflow. */
const STEEP: f32 = 60;

/** losses [rows] and statistics [rows, 4]: the largest logit, log sum exp(x - largest), log sum_k q_k p_k^(tau - 1), the loss. */
export function softmaxCrossEntropy(
  logits: usize,
  labels: usize,
  dense: i32,
  n: i32,
  tau: f32,
  smoothing: f32,
  zLoss: f32,
  losses: usize,
  statistics: usize,
  from: i32,
  to: i32,
): void {
  const keep: f32 = 1.0 - smoothing;
  const even: f32 = smoothing / <f32>n;
  for (let i = from; i < to; i++) {
    const x = at(logits, i, n);
    const known = at(statistics, i, 4);
    const largest = rowMax(x, n);
    const logSum = log(sumExp(x, n, largest));
    const label = dense ? -1 : load<i32>(at(labels, i, 1));
    const own: f32 = <u32>label < <u32>n ? keep : 0;
    const logProb: f32 = own > 0 ? load<f32>(at(x, label, 1)) - largest - logSum : 0;
    let loss: f32 = own > 0 ? own * phi(logProb, tau) : 0;
    let logScale: f32 = own > 0 ? (tau == 1 ? log(own) : log(own) + (tau - 1) * max(logProb, LOWEST)) : LOWEST;
    if (dense || even > 0) {
      const spread: usize = dense ? at(labels, i, n) : 0;
      loss += spreadLoss(x, spread, n, keep, even, tau, largest, logSum, known);
      let scale = load<f32>(known) + exp(logScale);
      let steepest: f32 = 0;
      if (!(scale < Infinity)) {
        steepest = max(logScale, spreadSteepest(x, spread, n, keep, even, tau, largest, logSum));
        scale = spreadScale(x, spread, n, keep, even, tau, largest, logSum, steepest) + exp(logScale - steepest);
      }
      logScale = steepest + log(scale);
    }
    if (zLoss != 0) loss += zLoss * (largest + logSum) * (largest + logSum);
    putStatistics(known, largest, logSum, logScale, loss);
    store<f32>(at(losses, i, 1), loss);
  }
}

/** out = dy (p_k sum_j q_j p_j^(tau - 1) - q_k p_k^(tau - 1) + 2 zLoss lse p_k) */
export function softmaxCrossEntropyGradient(
  dy: usize,
  logits: usize,
  labels: usize,
  dense: i32,
  n: i32,
  tau: f32,
  smoothing: f32,
  zLoss: f32,
  statistics: usize,
  out: usize,
  from: i32,
  to: i32,
): void {
  const keep: f32 = 1.0 - smoothing;
  const even: f32 = smoothing / <f32>n;
  for (let i = from; i < to; i++) {
    const x = at(logits, i, n);
    const row = at(out, i, n);
    const known = at(statistics, i, 4);
    const factor = load<f32>(at(dy, i, 1));
    const largest = load<f32>(known);
    const logSum = load<f32>(known, 4);
    const logScale = load<f32>(known, 8);
    const drift: f32 = zLoss == 0 ? 0 : 2 * zLoss * (largest + logSum);
    const spread: usize = dense ? at(labels, i, n) : 0;
    const by = factor * (exp(logScale) + drift) * exp(-logSum);
    if (tau == 1 && (dense || even > 0)) spreadGradient(x, spread, n, keep, even, largest, by, factor, row);
    else if (logScale > STEEP) steepExp(x, n, largest, logSum, logScale, factor, drift, row);
    else scaledExp(x, n, largest, by, row);
    const label = dense ? -1 : load<i32>(at(labels, i, 1));
    if (<u32>label < <u32>n && keep > 0) {
      const place = at(row, label, 1);
      const logProb = load<f32>(at(x, label, 1)) - largest - logSum;
      const power: f32 = tau == 1 ? 1 : exp((tau - 1) * max(logProb, LOWEST));
      store<f32>(place, load<f32>(place) - factor * keep * power);
    }
    if (tau != 1 && (dense || even > 0)) {
      subtractSpread(x, spread, n, keep, even, tau, largest, logSum, factor, row);
    }
  }
}

/** -l at tau = 1, else expm1((tau - 1) l) / (1 - tau) */
function phi(l: f32, tau: f32): f32 {
  return tau == 1 ? -l : expm1((tau - 1.0) * l) / (<f32>1 - tau);
}

/** Four classes of a row. */
abstract class Classes {
  /** log p of logits */
  @inline
  static logProbs(x: v128, largest: f32, logSum: f32): v128 {
    return f32x4.sub(f32x4.sub(x, f32x4.splat(largest)), f32x4.splat(logSum));
  }

  @inline
  static scaledExp(x: v128, largest: f32, by: f32): v128 {
    return f32x4.mul(f32x4.splat(by), Math4.expOfNegative(f32x4.sub(x, f32x4.splat(largest))));
  }

  /** log p, not below what can be multiplied; NaN stays */
  @inline
  static bounded(l: v128): v128 {
    return f32x4.pmax(l, f32x4.splat(LOWEST));
  }

  /** q, at least 0 */
  @inline
  static weights(labels: v128, x: v128, keep: f32, even: f32): v128 {
    const evenly = v128.and(f32x4.splat(even), f32x4.gt(x, f32x4.splat(-Infinity)));
    return f32x4.pmax(f32x4.splat(0), f32x4.add(f32x4.mul(labels, f32x4.splat(keep)), evenly));
  }

  /** e^((tau - 1) l) - 1, and l at tau = 1 */
  @inline
  static powerMinus1(l: v128, tau: f32): v128 {
    if (tau == 1) return l;
    const power = f32x4.mul(l, f32x4.splat(tau - 1));
    return tau > 1 ? Math4.expm1Below(power) : Math4.expm1(power);
  }

  /** q exp((tau - 1) l - steepest) */
  @inline
  static powers(q: v128, l: v128, tau: f32, steepest: f32): v128 {
    if (tau == 1) return q;
    const power = f32x4.mul(Classes.bounded(l), f32x4.splat(tau - 1));
    return f32x4.mul(q, tau > 1 ? Math4.expOfNegative(power) : Math4.exp(f32x4.sub(power, f32x4.splat(steepest))));
  }
}

/** sum_k q_k phi(log p_k) over the classes with q_k > 0; puts sum_k q_k p_k^(tau - 1) at `scale`. */
function spreadLoss(
  x: usize,
  spread: usize,
  n: i32,
  keep: f32,
  even: f32,
  tau: f32,
  largest: f32,
  logSum: f32,
  scale: usize,
): f32 {
  const whole = n & ~3;
  let sum = f32x4.splat(0);
  let weight = sum;
  for (let j = 0; j < whole; j += 4) {
    const x4 = v128.load(at(x, j, 1));
    const labels = spread == 0 ? f32x4.splat(0) : v128.load(at(spread, j, 1));
    const q = Classes.weights(labels, x4, keep, even);
    const possible = f32x4.gt(q, f32x4.splat(0));
    if (!v128.any_true(possible)) continue;
    const l = Classes.logProbs(x4, largest, logSum);
    const excess = Classes.powerMinus1(l, tau);
    sum = f32x4.add(sum, v128.and(f32x4.mul(q, excess), possible));
    weight = f32x4.add(weight, v128.and(Classes.powers(q, l, tau, 0), possible));
  }
  if (whole < n) {
    const x4 = Four.load(x, whole, n, -Infinity);
    const labels = spread == 0 ? f32x4.splat(0) : Four.load(spread, whole, n, 0);
    const q = Classes.weights(labels, x4, keep, even);
    const possible = f32x4.gt(q, f32x4.splat(0));
    const l = Classes.logProbs(x4, largest, logSum);
    const excess = Classes.powerMinus1(l, tau);
    sum = f32x4.add(sum, v128.and(f32x4.mul(q, excess), possible));
    weight = f32x4.add(weight, v128.and(Classes.powers(q, l, tau, 0), possible));
  }
  const total = Four.sum(sum);
  store<f32>(scale, Four.sum(weight));
  return tau == 1 ? -total : total / (<f32>1 - tau);
}

/** The largest (tau - 1) log p_k of the classes with q_k > 0, or LOWEST. */
function spreadSteepest(
  x: usize,
  spread: usize,
  n: i32,
  keep: f32,
  even: f32,
  tau: f32,
  largest: f32,
  logSum: f32,
): f32 {
  const lowest = f32x4.splat(LOWEST);
  let most = lowest;
  for (let j = 0; j < n; j += 4) {
    const x4 = Four.load(x, j, n, -Infinity);
    const possible = f32x4.gt(
      Classes.weights(spread == 0 ? f32x4.splat(0) : Four.load(spread, j, n, 0), x4, keep, even),
      f32x4.splat(0),
    );
    const power = f32x4.mul(Classes.bounded(Classes.logProbs(x4, largest, logSum)), f32x4.splat(tau - 1));
    most = f32x4.pmax(most, v128.bitselect(power, lowest, possible));
  }
  return Four.largest(most);
}

/** sum_k q_k exp((tau - 1) log p_k - steepest) */
function spreadScale(
  x: usize,
  spread: usize,
  n: i32,
  keep: f32,
  even: f32,
  tau: f32,
  largest: f32,
  logSum: f32,
  steepest: f32,
): f32 {
  let sum = f32x4.splat(0);
  for (let j = 0; j < n; j += 4) {
    const x4 = Four.load(x, j, n, -Infinity);
    const q = Classes.weights(spread == 0 ? f32x4.splat(0) : Four.load(spread, j, n, 0), x4, keep, even);
    const possible = f32x4.gt(q, f32x4.splat(0));
    if (!v128.any_true(possible)) continue;
    sum = f32x4.add(sum, v128.and(Classes.powers(q, Classes.logProbs(x4, largest, logSum), tau, steepest), possible));
  }
  return Four.sum(sum);
}

/** out = by exp(x - largest) - factor q_k: the gradient at tau = 1. */
export function spreadGradient(
  x: usize,
  spread: usize,
  n: i32,
  keep: f32,
  even: f32,
  largest: f32,
  by: f32,
  factor: f32,
  out: usize,
): void {
  const whole = n & ~3;
  for (let j = 0; j < whole; j += 4) {
    const x4 = v128.load(at(x, j, 1));
    const labels = spread == 0 ? f32x4.splat(0) : v128.load(at(spread, j, 1));
    const own = f32x4.mul(Classes.weights(labels, x4, keep, even), f32x4.splat(factor));
    v128.store(at(out, j, 1), f32x4.sub(Classes.scaledExp(x4, largest, by), own));
  }
  if (whole < n) {
    const x4 = Four.load(x, whole, n, -Infinity);
    const labels = spread == 0 ? f32x4.splat(0) : Four.load(spread, whole, n, 0);
    const own = f32x4.mul(Classes.weights(labels, x4, keep, even), f32x4.splat(factor));
    Four.store(out, whole, n, f32x4.sub(Classes.scaledExp(x4, largest, by), own));
  }
}

/** out -= factor q_k p_k^(tau - 1) */
function subtractSpread(
  x: usize,
  spread: usize,
  n: i32,
  keep: f32,
  even: f32,
  tau: f32,
  largest: f32,
  logSum: f32,
  factor: f32,
  out: usize,
): void {
  for (let j = 0; j < n; j += 4) {
    const x4 = Four.load(x, j, n, -Infinity);
    const q = Classes.weights(spread == 0 ? f32x4.splat(0) : Four.load(spread, j, n, 0), x4, keep, even);
    const possible = f32x4.gt(q, f32x4.splat(0));
    if (!v128.any_true(possible)) continue;
    const own = v128.and(Classes.powers(q, Classes.logProbs(x4, largest, logSum), tau, 0), possible);
    Four.store(out, j, n, f32x4.sub(Four.load(out, j, n, 0), v128.and(f32x4.mul(own, f32x4.splat(factor)), possible)));
  }
}

/** out = factor (exp(log p + logScale) + drift p), where exp(logScale) alone would overflow. */
function steepExp(
  x: usize,
  n: i32,
  largest: f32,
  logSum: f32,
  logScale: f32,
  factor: f32,
  drift: f32,
  out: usize,
): void {
  for (let j = 0; j < n; j += 4) {
    const l = Classes.bounded(Classes.logProbs(Four.load(x, j, n, -Infinity), largest, logSum));
    const drifting = f32x4.mul(Math4.exp(l), f32x4.splat(drift));
    const sum = f32x4.add(Math4.exp(f32x4.add(l, f32x4.splat(logScale))), drifting);
    Four.store(out, j, n, f32x4.mul(sum, f32x4.splat(factor)));
  }
}
