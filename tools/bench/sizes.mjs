// The sizes of what all contestants compute; scripts of `peers/` read them as JSON.
export const sizes = {
  /** name: [m, k, n, transposed left, transposed right] */
  products: {
    'product, 1024^3': [1024, 1024, 1024, false, false],
    'product, 1024^3, left transposed': [1024, 1024, 1024, true, false],
    'product, 1024^3, right transposed': [1024, 1024, 1024, false, true],
    'product, 1024^3, both transposed': [1024, 1024, 1024, true, true],
    'product, 8192 x 256 x 64': [8192, 256, 64, false, false],
    'product, 64 x 8192 x 256, left transposed': [64, 8192, 256, true, false],
  },
  /** [rows, classes] */
  losses: [
    [4096, 1000],
    [512, 32000],
    ...[64, 512, 4096].flatMap((rows) => [10, 100].map((classes) => [rows, classes])),
    ...[64, 512].map((rows) => [rows, 1000]),
  ],
  linear: { rows: 512, width: 256, classes: 32000 },
  perceptron: { inputs: 784, hidden: [512, 512], classes: 10, batch: 256 },
  convolutional: { side: 28, filters: [16, 32], hidden: 64, classes: 10, batch: 64 },
  recurrent: { inputs: 32, units: 128, classes: 10, time: 32, batch: 32 },
  /** Blurs are parts of the mean cost; the tolerance is of all marginals together. */
  transport: { points: 1000, blurs: [20, 200], tolerance: 1e-5, line: 1_000_000 },
  persistence: { side: 256 },
  transformer: { width: 128, heads: 4, time: 64, batch: 32 },
};
