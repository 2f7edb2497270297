import { type Tensor, reshape } from '@surprisal/kernels/tfjs';
import { elementary } from './elementary.js';
import { register, runProgram } from './program.js';

/** As many invocations as share a row of this many classes. */
export const workgroupOf = (classes: number): number => (classes > 512 ? 256 : 64);

/**
 * WGSL for programs in which a group of invocations has a row: what each of them found is put together in a fixed order. Groups beyond
 * the last row do that one again, since all must come to a barrier.
 */
export const rows = (workgroup: number): string => `${elementary}
  const STEP = ${workgroup};
  var<workgroup> found : array<f32, ${workgroup}>;
  fn largestOf(mine : f32) -> f32 {
    let lane = i32(localId.x);
    found[lane] = mine;
    workgroupBarrier();
    for (var half = STEP / 2; half > 0; half = half / 2) {
      if (lane < half) { found[lane] = max(found[lane], found[lane + half]); }
      workgroupBarrier();
    }
    let all = found[0];
    workgroupBarrier();
    return all;
  }
  fn sumOf(mine : f32) -> f32 {
    let lane = i32(localId.x);
    found[lane] = mine;
    workgroupBarrier();
    for (var half = STEP / 2; half > 0; half = half / 2) {
      if (lane < half) { found[lane] = found[lane] + found[lane + half]; }
      workgroupBarrier();
    }
    let all = found[0];
    workgroupBarrier();
    return all;
  }
  fn largestLogit(start : i32, classes : i32) -> f32 {
    var mine = -uniforms.INFINITY;
    for (var k = i32(localId.x); k < classes; k += STEP) { mine = max(mine, logits[start + k]); }
    return largestOf(mine);
  }
  fn sumOfExp(start : i32, classes : i32, shift : f32) -> f32 {
    var mine = 0.0;
    for (var k = i32(localId.x); k < classes; k += STEP) { mine += expOf(logits[start + k] - shift); }
    return sumOf(mine);
  }`;

/** Registers Softmax over the last axis: tfjs's own loses NaN. */
export function registerSoftmax(): void {
  register('Softmax', ({ logits }) => softmax(logits!));
}

function softmax(x: Tensor): Tensor {
  const classes = x.shape.at(-1) ?? 1;
  const logits = reshape(x, [-1, classes]);
  const workgroup = workgroupOf(classes);
  const probabilities = runProgram({
    name: `softmax${workgroup}`,
    inputs: { logits },
    output: logits.shape,
    workgroup,
    groups: logits.shape[0]!,
    code: `${rows(workgroup)}
  fn main(index : i32) {
    let classes = uniforms.logitsShape.y;
    let start = min(index / STEP, uniforms.logitsShape.x - 1) * classes;
    let largest = largestLogit(start, classes);
    let sum = sumOfExp(start, classes, largest);
    for (var k = i32(localId.x); k < classes; k += STEP) {
      result[start + k] = expOf(logits[start + k] - largest) / sum;
    }
  }`,
  });
  return reshape(probabilities, x.shape);
}
