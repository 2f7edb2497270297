/**
 * Softmax cross-entropy of logits of which only a block of rows and classes is there at a time, [rows, n] from class `first` on. What is
 * known of a row so far is the largest logit, the sum of exp(x - largest), the label's logit, and the sum and the number of the logits
 * that are not masked.
 */
import { spreadGradient } from './cross-entropy';
import { Four } from './lanes';
import { addTo, zero } from './rows';
import { at, exp, log, putStatistics, rowMax, scaledExp, sumExp } from './softmax-rows';

const KNOWN = 5;

/** Takes a block of logits into what is known. */
export function takeLogits(x: usize, n: i32, first: i32, labels: usize, known: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const row = at(x, i, n);
    const state = at(known, i, KNOWN);
    if (first == 0) {
      store<f32>(state, -Infinity);
      zero(state + 4, KNOWN - 1);
    }
    const before = load<f32>(state);
    const largest = max(before, rowMax(row, n));
    if (largest > -Infinity) {
      const kept: f32 = before > -Infinity ? load<f32>(state, 4) * exp(before - largest) : 0;
      store<f32>(state, largest);
      store<f32>(state, kept + sumExp(row, n, largest), 4);
    }
    const label = load<i32>(at(labels, i, 1)) - first;
    if (<u32>label < <u32>n) store<f32>(state, load<f32>(at(row, label, 1)), 8);
    addPossible(row, n, state + 12);
  }
}

/** Adds the sum and the number of the logits that are not masked. */
function addPossible(x: usize, n: i32, to: usize): void {
  let sum = f32x4.splat(0);
  let count = sum;
  for (let j = 0; j < n; j += 4) {
    const x4 = Four.load(x, j, n, -Infinity);
    const possible = f32x4.ne(x4, f32x4.splat(-Infinity));
    sum = f32x4.add(sum, v128.and(x4, possible));
    count = f32x4.add(count, v128.and(f32x4.splat(1), possible));
  }
  store<f32>(to, load<f32>(to) + Four.sum(sum));
  store<f32>(to, load<f32>(to, 4) + Four.sum(count), 4);
}

/** From what is known of all classes, losses [rows] and statistics [rows, 4]. */
export function knownLosses(
  known: usize,
  labels: usize,
  classes: i32,
  smoothing: f32,
  zLoss: f32,
  values: usize,
  statistics: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const state = at(known, i, KNOWN);
    const largest = load<f32>(state);
    const logSum = log(load<f32>(state, 4));
    const own: f32 = <u32>load<i32>(at(labels, i, 1)) < <u32>classes ? <f32>1 - smoothing : 0;
    const even: f32 = smoothing / <f32>classes;
    const count = load<f32>(state, 16);
    let loss: f32 = own > 0 ? own * (largest - load<f32>(state, 8) + logSum) : 0;
    if (even > 0) loss += even * (count * (largest + logSum) - load<f32>(state, 12));
    if (zLoss != 0) loss += zLoss * (largest + logSum) * (largest + logSum);
    store<f32>(at(values, i, 1), loss);
    putStatistics(at(statistics, i, 4), largest, logSum, log(own + even * count), loss);
  }
}

/** Turns a block of logits into their gradient, dy (p_k (sum q + 2 zLoss lse) - q_k), in place. */
export function logitsToGradient(
  x: usize,
  n: i32,
  first: i32,
  classes: i32,
  dy: usize,
  labels: usize,
  statistics: usize,
  smoothing: f32,
  zLoss: f32,
  from: i32,
  to: i32,
): void {
  const even: f32 = smoothing / <f32>classes;
  for (let i = from; i < to; i++) {
    const row = at(x, i, n);
    const known = at(statistics, i, 4);
    const factor = load<f32>(at(dy, i, 1));
    const largest = load<f32>(known);
    const logSum = load<f32>(known, 4);
    const drift: f32 = zLoss == 0 ? 0 : 2 * zLoss * (largest + logSum);
    const by = factor * (exp(load<f32>(known, 8)) + drift) * exp(-logSum);
    if (even > 0) spreadGradient(row, 0, n, 0, even, largest, by, factor, row);
    else scaledExp(row, n, largest, by, row);
    const label = load<i32>(at(labels, i, 1)) - first;
    if (<u32>label < <u32>n) {
      const place = at(row, label, 1);
      store<f32>(place, load<f32>(place) - factor * (<f32>1 - smoothing));
    }
  }
}

/** Adds the rows of x [rows, n] to out [n], which is 0 first unless it is to `accumulate`, for the columns [from, to). */
export function addRowsTo(x: usize, rows: i32, n: i32, out: usize, accumulate: i32, from: i32, to: i32): void {
  const place = at(out, from, 1);
  if (!accumulate) zero(place, to - from);
  for (let i = 0; i < rows; i++) addTo(at(x, i, n) + ((<usize>from) << 2), place, to - from);
}
