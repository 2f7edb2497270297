import type { TensorInfo } from '@tensorflow/tfjs';
import type { Host } from './host.js';
import type { Inputs, Kernel } from './kernel.js';

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
      this.multiply(
        [this.inputs + 4 * row * this.features, this.features, 1],
        [this.weights + 4 * first, this.classes, 1],
        [logits, width],
        [height, width, this.features],
      );
      this.host.run('addBias', height, grainOf(width), logits, width, this.bias + 4 * first, 0, 0, 0);
      work(first, width);
    }
  }

  multiply(
    left: readonly [at: number, row: number, column: number],
    right: readonly [at: number, row: number, column: number],
    result: readonly [at: number, row: number],
    sizes: readonly [m: number, n: number, k: number],
    accumulate = false,
  ): void {
    const { compiled } = this.host;
    this.host.withScratch(compiled.multiplyScratch(...sizes), (scratch) =>
      compiled.multiply(...left, ...right, ...result, ...sizes, accumulate, scratch),
    );
  }
}

const grainOf = (width: number) => Math.ceil(16_384 / Math.max(width, 1));

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
        layer.multiply(
          [logits, width, 1],
          [layer.weights + 4 * first, 1, classes],
          [ofInputs + 4 * row * features, features],
          [height, features, width],
          first > 0,
        );
        layer.multiply(
          [layer.inputs + 4 * row * features, 1, features],
          [logits, width, 1],
          [ofWeights + 4 * first, classes],
          [features, width, height],
          row > 0,
        );
        host.run('addRowsTo', width, 1024, logits, height, width, ofBias + 4 * first, Number(row > 0));
      });
    }
  });
  return outputs;
}
