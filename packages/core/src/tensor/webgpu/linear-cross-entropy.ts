import { type Tensor, type Tensor2D, add, concat, matMul, slice, sum, tidy, zerosLike } from '@surprisal/kernels/tfjs';
import { lastColumn } from './cross-entropy.js';
import { elementary } from './elementary.js';
import { type Compute, register, runProgram } from './program.js';

/** Registers the kernels of linear-cross-entropy; `fused.ts` says what they compute. */
export function registerLinearCrossEntropy(): void {
  register('SurprisalLinearCrossEntropy', forward);
  register('SurprisalLinearCrossEntropyGrad', gradient);
}

/** A group of invocations makes a tile of this many rows and classes at a time, each of them 2 x 4 logits. */
const [ROWS, CLASSES] = [32, 64];
/** The classes that a group goes through, tile by tile; more groups share the rows when there are more. */
const PART = 16 * CLASSES;
/** Logits that are held at once for the gradient: 4 MB. */
const BLOCK = 2 ** 20;

/**
 * WGSL for the logits of a tile, in registers: rows from `firstRow` on, classes from `firstClass` on. Inputs and weights come through shared
 * memory, 16 features at a time.
 */
const tile = `${elementary}
  var<workgroup> left : array<f32, ${16 * ROWS}>; // [16 features, ROWS]
  var<workgroup> right : array<f32, ${16 * CLASSES}>; // [16 features, CLASSES]
  var<private> tileLogits : array<f32, 8>; // [2 rows, 4 classes]
  fn makeTile(firstRow : i32, firstClass : i32, classes : i32) {
    let lane = i32(localId.x);
    let rows = uniforms.inputsShape.x;
    let features = uniforms.inputsShape.y;
    let mine = vec2<i32>(2 * (lane / 16), 4 * (lane % 16));
    for (var i = 0; i < 8; i++) { tileLogits[i] = 0.0; }
    for (var first = 0; first < features; first += 16) {
      for (var i = lane; i < ${16 * ROWS}; i += 256) {
        let row = firstRow + i / 16;
        let feature = first + i % 16;
        var value = 0.0;
        if (row < rows && feature < features) { value = inputs[row * features + feature]; }
        left[(i % 16) * ${ROWS} + i / 16] = value;
      }
      for (var i = lane; i < ${16 * CLASSES}; i += 256) {
        let feature = first + i / ${CLASSES};
        let k = firstClass + i % ${CLASSES};
        var value = 0.0;
        if (k < classes && feature < features) { value = weights[feature * classes + k]; }
        right[i] = value;
      }
      workgroupBarrier();
      for (var d = 0; d < 16; d++) {
        for (var i = 0; i < 2; i++) {
          let x = left[d * ${ROWS} + mine.x + i];
          for (var j = 0; j < 4; j++) { tileLogits[4 * i + j] += x * right[d * ${CLASSES} + mine.y + j]; }
        }
      }
      workgroupBarrier();
    }
    for (var i = 0; i < 8; i++) {
      let k = firstClass + mine.y + i % 4;
      if (k < classes) { tileLogits[i] += bias[k]; }
    }
  }`;

/** Of each row and part of the classes: the largest logit, the sum of exp(logit - largest), the sum and the number of those that are not masked, the label's. */
const FOUND = 5;

const forward: Compute = ({ inputs, weights, bias, labels }, { labelSmoothing, zLoss }) =>
  tidy(() => {
    const [batch, classes] = [inputs!.shape[0]!, weights!.shape[1]!];
    const parts = Math.ceil(classes / PART);
    const found = runProgram({
      name: 'linearCrossEntropyParts',
      inputs: { inputs: inputs!, weights: weights!, bias: bias!, labels: labels! },
      output: [batch, parts, FOUND],
      workgroup: 256,
      groups: Math.ceil(batch / ROWS) * parts,
      code: partsCode,
    });
    const statistics = runProgram({
      name: 'linearCrossEntropyWhole',
      inputs: { found, labels: labels! },
      output: [batch, 4],
      parameters: { classes, labelSmoothing: labelSmoothing!, zLoss: zLoss! },
      workgroup: 64,
      groups: Math.ceil(batch / 64),
      code: wholeCode,
    });
    return [lastColumn(statistics), statistics];
  }) as Tensor[];

const partsCode = `${tile}
  var<workgroup> sums : array<f32, ${256 * FOUND}>;
  fn combine(a : i32, b : i32) {
    let largest = max(sums[a], sums[b]);
    let shift = select(largest, 0.0, largest == -uniforms.INFINITY);
    sums[a + 1] = sums[a + 1] * expOf(sums[a] - shift) + sums[b + 1] * expOf(sums[b] - shift);
    sums[a] = largest;
    for (var i = 2; i < ${FOUND}; i++) { sums[a + i] += sums[b + i]; }
  }
  fn main(index : i32) {
    let lane = i32(localId.x);
    let rows = uniforms.inputsShape.x;
    let classes = uniforms.weightsShape.y;
    let parts = uniforms.outShape.y;
    let group = min(index / 256, (rows + ${ROWS - 1}) / ${ROWS} * parts - 1);
    let firstRow = group / parts * ${ROWS};
    let part = group % parts;
    let tiles = min(${PART / CLASSES}, (classes + ${CLASSES - 1}) / ${CLASSES});
    var mine : array<f32, ${2 * FOUND}>;
    mine[0] = -uniforms.INFINITY;
    mine[${FOUND}] = -uniforms.INFINITY;
    for (var tile = 0; tile < tiles; tile++) {
      let firstClass = part * ${PART} + tile * ${CLASSES};
      makeTile(firstRow, firstClass, classes);
      for (var i = 0; i < 2; i++) {
        let row = firstRow + 2 * (lane / 16) + i;
        for (var j = 0; j < 4; j++) {
          let k = firstClass + 4 * (lane % 16) + j;
          let logit = tileLogits[4 * i + j];
          if (k < classes && row < rows) {
            let largest = max(mine[${FOUND} * i], logit);
            let shift = select(largest, 0.0, largest == -uniforms.INFINITY);
            mine[${FOUND} * i + 1] = mine[${FOUND} * i + 1] * expOf(mine[${FOUND} * i] - shift) + expOf(logit - shift);
            mine[${FOUND} * i] = largest;
            if (logit != -uniforms.INFINITY) {
              mine[${FOUND} * i + 2] += logit;
              mine[${FOUND} * i + 3] += 1.0;
            }
            if (labels[row] == k) { mine[${FOUND} * i + 4] = logit; }
          }
        }
      }
    }
    for (var i = 0; i < 2; i++) {
      for (var j = 0; j < ${FOUND}; j++) { sums[lane * ${FOUND} + j] = mine[${FOUND} * i + j]; }
      workgroupBarrier();
      for (var half = 8; half > 0; half = half / 2) {
        if (lane % 16 < half) { combine(lane * ${FOUND}, (lane + half) * ${FOUND}); }
        workgroupBarrier();
      }
      let row = firstRow + 2 * (lane / 16) + i;
      if (lane % 16 == 0 && row < rows) {
        for (var j = 0; j < ${FOUND}; j++) { result[(row * parts + part) * ${FOUND} + j] = sums[lane * ${FOUND} + j]; }
      }
      workgroupBarrier();
    }
  }`;

const wholeCode = `${elementary}
  fn main(index : i32) {
    let parts = uniforms.foundShape.y;
    if (index >= uniforms.foundShape.x) { return; }
    var largest = -uniforms.INFINITY;
    for (var i = 0; i < parts; i++) { largest = max(largest, found[(index * parts + i) * ${FOUND}]); }
    var total = 0.0;
    var sum = 0.0;
    var count = 0.0;
    var own = 0.0;
    for (var i = 0; i < parts; i++) {
      let at = (index * parts + i) * ${FOUND};
      total += found[at + 1] * expOf(found[at] - largest);
      sum += found[at + 2];
      count += found[at + 3];
      own += found[at + 4];
    }
    let logSum = logOf(total);
    let lse = largest + logSum;
    let even = uniforms.labelSmoothing / uniforms.classes;
    var loss = 0.0;
    var labelSum = even * count; // of the smoothed label: not 1 with a mask, or without a label
    if (labels[index] >= 0 && labels[index] < i32(uniforms.classes)) {
      loss = (1.0 - uniforms.labelSmoothing) * (largest - own + logSum);
      labelSum += 1.0 - uniforms.labelSmoothing;
    }
    if (even != 0.0) { loss += even * (count * lse - sum); }
    if (uniforms.zLoss != 0.0) { loss += uniforms.zLoss * lse * lse; }
    if (isnan(logSum)) { loss = logSum; }
    result[index * 4] = largest;
    result[index * 4 + 1] = logSum;
    result[index * 4 + 2] = labelSum;
    result[index * 4 + 3] = loss;
  }`;

/** The gradient of a block of logits is computed with them, multiplied, and let go. */
const gradient: Compute = (given, attributes) => {
  const { inputs, weights } = given as Record<string, Tensor2D>;
  const [batch, classes] = [inputs!.shape[0], weights!.shape[1]];
  if (batch === 0) return [inputs!, weights!, given['bias']!].map((x) => zerosLike(x)); // a product of no rows has no buffer
  const width = Math.min(classes, Math.max(CLASSES, Math.floor(BLOCK / Math.max(1, batch) / CLASSES) * CLASSES));
  return tidy(() => {
    let ofInputs: Tensor | undefined;
    const [ofWeights, ofBias]: [Tensor[], Tensor[]] = [[], []];
    for (let first = 0; first < classes; first += width) {
      const size = Math.min(width, classes - first);
      const [x, w, b] = tidy(() => {
        const slopes = blockOf(given, attributes, first, size) as Tensor2D;
        const part = matMul(slopes, slice(weights!, [0, first], [weights!.shape[0], size]), false, true);
        return [ofInputs ? add(ofInputs, part) : part, matMul(inputs!, slopes, true), sum(slopes, 0)];
      }) as [Tensor, Tensor, Tensor];
      ofInputs?.dispose();
      ofInputs = x;
      ofWeights.push(w);
      ofBias.push(b);
    }
    return [ofInputs!, concat(ofWeights, 1), concat(ofBias, 0)];
  }) as Tensor[];
};

const blockOf = (
  { dy, inputs, weights, bias, labels, statistics }: Parameters<Compute>[0],
  { labelSmoothing, zLoss }: Parameters<Compute>[1],
  first: number,
  size: number,
): Tensor =>
  runProgram({
    name: 'linearCrossEntropyGradient',
    inputs: { inputs: inputs!, weights: weights!, bias: bias!, labels: labels!, dy: dy!, statistics: statistics! },
    output: [inputs!.shape[0]!, size],
    parameters: { labelSmoothing: labelSmoothing!, zLoss: zLoss!, first },
    workgroup: 256,
    groups: Math.ceil(inputs!.shape[0]! / ROWS) * Math.ceil(size / CLASSES),
    code: gradientCode,
  });

const gradientCode = `${tile}
  fn main(index : i32) {
    let lane = i32(localId.x);
    let rows = uniforms.inputsShape.x;
    let classes = uniforms.weightsShape.y;
    let width = uniforms.outShape.y;
    let tiles = (width + ${CLASSES - 1}) / ${CLASSES};
    let group = min(index / 256, (rows + ${ROWS - 1}) / ${ROWS} * tiles - 1);
    let firstRow = group / tiles * ${ROWS};
    let firstColumn = group % tiles * ${CLASSES};
    makeTile(firstRow, i32(uniforms.first) + firstColumn, classes);
    let e = uniforms.labelSmoothing;
    for (var i = 0; i < 8; i++) {
      let row = firstRow + 2 * (lane / 16) + i / 4;
      let column = firstColumn + 4 * (lane % 16) + i % 4;
      if (row < rows && column < width) {
        let k = i32(uniforms.first) + column;
        let largest = statistics[row * 4];
        let logSum = statistics[row * 4 + 1];
        let labelSum = statistics[row * 4 + 2];
        let p = expOf(tileLogits[i] - largest - logSum);
        let q = select(0.0, 1.0 - e, labels[row] == k) + select(e / f32(classes), 0.0, tileLogits[i] == -uniforms.INFINITY);
        let slope = p * (labelSum + 2.0 * uniforms.zLoss * (largest + logSum)) - q;
        result[row * width + column] = select(dy[row] * slope, logSum, isnan(logSum));
      }
    }
  }`;
