import { type Tensor, slice, reshape } from '@surprisal/kernels/tfjs';
import { elementary } from './elementary.js';
import { type Compute, register, runProgram } from './program.js';
import { rows, workgroupOf } from './softmax.js';

/** Registers the kernels of softmax cross-entropy; `fused.ts` says what they compute. */
export function registerCrossEntropy(): void {
  register('SurprisalSoftmaxCrossEntropy', forward);
  register('SurprisalSoftmaxCrossEntropyGrad', gradient);
}

/** The smoothed label `q_k` of one class, and `phi`. */
const terms = (sparse: boolean) => `
  fn targetOf(row : i32, k : i32, logit : f32) -> f32 {
    let e = uniforms.labelSmoothing;
    let classes = uniforms.logitsShape.y;
    let label = ${sparse ? 'select(0.0, 1.0, labels[row] == k)' : 'labels[row * classes + k]'};
    return (1.0 - e) * label + select(e / f32(classes), 0.0, logit == -uniforms.INFINITY);
  }
  fn phi(logProb : f32) -> f32 {
    let power = uniforms.tau - 1.0;
    if (power == 0.0) { return -logProb; }
    return expm1Of(power * logProb) / -power;
  }
  const LOWEST = -1e38;`;

const forward: Compute = ({ logits, labels }, { tau, labelSmoothing, zLoss }) => {
  const [batch, classes] = logits!.shape as [number, number];
  const [sparse, workgroup] = [labels!.rank === 1, workgroupOf(classes)];
  const statistics = runProgram({
    name: `crossEntropy${sparse ? 'Sparse' : 'Dense'}${workgroup}`,
    inputs: { logits: logits!, labels: labels! },
    output: [batch, 4],
    parameters: { tau: tau!, labelSmoothing: labelSmoothing!, zLoss: zLoss! },
    workgroup,
    groups: batch,
    code: `${rows(workgroup)} ${terms(sparse)}
  fn main(index : i32) {
    let classes = uniforms.logitsShape.y;
    let row = min(index / STEP, uniforms.logitsShape.x - 1);
    let start = row * classes;
    let largest = largestLogit(start, classes);
    let logSum = logOf(sumOfExp(start, classes, largest));
    var mine = 0.0;
    var mostMine = LOWEST;
    for (var k = i32(localId.x); k < classes; k += STEP) {
      let q = targetOf(row, k, logits[start + k]);
      if (q > 0.0) {
        let logProb = logits[start + k] - largest - logSum;
        mine += q * phi(logProb);
        mostMine = max(mostMine, logOf(q) + (uniforms.tau - 1.0) * max(logProb, LOWEST));
      }
    }
    let most = largestOf(mostMine);
    var scaleMine = 0.0;
    for (var k = i32(localId.x); k < classes; k += STEP) {
      let q = targetOf(row, k, logits[start + k]);
      if (q > 0.0) {
        let logProb = max(logits[start + k] - largest - logSum, LOWEST);
        scaleMine += expOf(logOf(q) + (uniforms.tau - 1.0) * logProb - most);
      }
    }
    let scale = sumOf(scaleMine);
    var loss = sumOf(mine);
    if (uniforms.zLoss != 0.0) { loss += uniforms.zLoss * (largest + logSum) * (largest + logSum); }
    if (isnan(logSum)) { loss = logSum; }
    if (localId.x == 0u) {
      result[row * 4] = largest;
      result[row * 4 + 1] = logSum;
      result[row * 4 + 2] = select(LOWEST, most + logOf(scale), scale > 0.0);
      result[row * 4 + 3] = loss;
    }
  }`,
  });
  return [lastColumn(statistics), statistics];
};

/** The last of what is known of each row. */
export const lastColumn = (statistics: Tensor): Tensor => {
  const [batch, columns] = statistics.shape as [number, number];
  return reshape(slice(statistics, [0, columns - 1], [batch, 1]), [batch]);
};

const gradient: Compute = ({ dy, logits, labels, statistics }, { tau, labelSmoothing, zLoss }) => {
  const sparse = labels!.rank === 1;
  return runProgram({
    name: `crossEntropyGradient${sparse ? 'Sparse' : 'Dense'}`,
    inputs: { dy: dy!, logits: logits!, labels: labels!, statistics: statistics! },
    output: logits!.shape,
    parameters: { tau: tau!, labelSmoothing: labelSmoothing!, zLoss: zLoss! },
    workgroup: 128,
    groups: Math.ceil(logits!.size / 128),
    code: `${elementary} ${terms(sparse)}
  fn main(index : i32) {
    if (index >= uniforms.size) { return; }
    let row = index / uniforms.logitsShape.y;
    let largest = statistics[row * 4];
    let logSum = statistics[row * 4 + 1];
    let logProb = logits[index] - largest - logSum;
    let bounded = max(logProb, LOWEST);
    let q = targetOf(row, index % uniforms.logitsShape.y, logits[index]);
    var slope = expOf(bounded + statistics[row * 4 + 2]);
    if (q > 0.0) { slope -= q * expOf((uniforms.tau - 1.0) * bounded); }
    if (uniforms.zLoss != 0.0) { slope += 2.0 * uniforms.zLoss * (largest + logSum) * expOf(logProb); }
    result[index] = select(dy[row] * slope, logSum, isnan(logSum));
  }`,
  });
};
