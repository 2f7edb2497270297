import type { TensorInfo } from '@tensorflow/tfjs';
import type { Host } from './host.js';
import type { Inputs, Kernel } from './kernel.js';
import { multiplyOne } from './product.js';
import { grainOf } from './softmax.js';

/** The logits that are there at a time. */
const ROWS = 512;
const CLASSES = 1024;

/** What is known of a row of logits between two blocks, in numbers. */
const KNOWN = 5;

interface Attributes {
  readonly labelSmoothing: number;
  readonly zLoss: number;
}

/** The sizes and addresses of a linear layer. */
class Layer {
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
  readonly inputs: number;
  readonly weights: number;
  readonly bias: number;
  readonly labels: number;

  constructor(
    private readonly host: Host,
    { inputs, weights, bias, labels }: Inputs,
  ) {
    [this.rows, this.features] = inputs!.shape as [number, number];
    this.classes = weights!.shape[1]!;
    [this.inputs, this.weights, this.bias, this.labels] = host.addresses(inputs!, weights!, bias!, labels!);
  }

  /** Lends the memory for a block of logits, and for a few numbers of each of its rows. */
  withBlocks(work: (logits: number, known: number) => void): void {
    const [rows, classes] = [Math.min(this.rows, ROWS), Math.min(this.classes, CLASSES)];
    this.host.withScratch(4 * rows * (classes + KNOWN), (address) => work(address, address + 4 * rows * classes));
  }

  /** Goes through the logits of some rows, a block of classes at a time. */
  forLogits(row: number, height: number, logits: number, work: (first: number, width: number) => void): void {
    for (let first = 0; first < this.classes; first += CLASSES) {
      const width = Math.min(CLASSES, this.classes - first);
      multiplyOne(
        this.host,
        { at: this.inputs + 4 * row * this.features, row: this.features, column: 1 },
        { at: this.weights + 4 * first, row: this.classes, column: 1 },
        { m: height, n: width, k: this.features },
        { at: logits, row: width },
      );
      this.host.run('addBias', height, grainOf(width), logits, width, this.bias + 4 * first, 0, 0, 0);
      work(first, width);
    }
  }
}

/**
 * Softmax cross-entropy of a linear layer: its logits are computed a block at a time, and again for the gradient.
 *
 * Wijmans et al.: Cut Your Losses in Large-Vocabulary Language Models, 2024, arXiv:2411.09009.
 */
export const linearCrossEntropy: readonly Kernel[] = [
  { name: 'SurprisalLinearCrossEntropy', run: forward },
  { name: 'SurprisalLinearCrossEntropyGrad', run: gradient },
];

function forward(host: Host, inputs: Inputs, { labelSmoothing, zLoss }: Attributes): TensorInfo[] {
  const layer = new Layer(host, inputs);
  const { rows, classes } = layer;
  const outputs = [host.output([rows]), host.output([rows, 4])];
  const [values, statistics] = outputs.map((output) => host.address(output)) as [number, number];
  layer.withBlocks((logits, known) => {
    for (let row = 0; row < rows; row += ROWS) {
      const height = Math.min(ROWS, rows - row);
      const labels = layer.labels + 4 * row;
      layer.forLogits(row, height, logits, (first, width) =>
        host.run('takeLogits', height, grainOf(width), logits, width, first, labels, known),
      );
      const places = [values + 4 * row, statistics + 16 * row];
      host.run('knownLosses', height, 4096, known, labels, classes, labelSmoothing, zLoss, ...places);
    }
  });
  return outputs;
}

function gradient(host: Host, inputs: Inputs, { labelSmoothing, zLoss }: Attributes): TensorInfo[] {
  const layer = new Layer(host, inputs);
  const { rows, features, classes } = layer;
  const outputs = [host.output([rows, features]), host.output([features, classes]), host.output([classes])];
  const [ofInputs, ofWeights, ofBias] = outputs.map((output) => host.address(output)) as [number, number, number];
  const [dy, statistics] = host.addresses(inputs.dy!, inputs.statistics!);
  layer.withBlocks((logits) => {
    for (let row = 0; row === 0 || row < rows; row += ROWS) {
      const height = Math.min(ROWS, rows - row);
      const ofRows = [dy + 4 * row, layer.labels + 4 * row, statistics + 16 * row];
      layer.forLogits(row, height, logits, (first, width) => {
        const given = [logits, width, first, classes, ...ofRows, labelSmoothing, zLoss];
        host.run('logitsToGradient', height, grainOf(width), ...given);
        multiplyOne(
          host,
          { at: logits, row: width, column: 1 },
          { at: layer.weights + 4 * first, row: 1, column: classes },
          { m: height, n: features, k: width },
          { at: ofInputs + 4 * row * features, row: features, accumulate: first > 0 },
        );
        multiplyOne(
          host,
          { at: layer.inputs + 4 * row * features, row: 1, column: features },
          { at: logits, row: width, column: 1 },
          { m: features, n: width, k: height },
          { at: ofWeights + 4 * first, row: classes, accumulate: row > 0 },
        );
        host.run('addRowsTo', width, 1024, logits, height, width, ofBias + 4 * first, Number(row > 0));
      });
    }
  });
  return outputs;
}
