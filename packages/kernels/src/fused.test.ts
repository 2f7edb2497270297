import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Host, expectWithin, normals, onBoth, put, seed, size, useKernels } from '../test/both.js';

beforeAll(useKernels);

const run = (kernel: string, inputs: Record<string, tf.Tensor>, attributes = {}): tf.Tensor[] =>
  [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, inputs, attributes)].flat();

/** Scores of which some are masked, infinite or NaN; those in the first column only where `wild`. */
const scores = (rows: number, classes: number, seed: number, wild: boolean): Host => {
  const { shape, data } = normals([rows, classes], seed);
  for (let i = 0; i < data.length; i++) {
    data[i]! *= 8;
    if (i % classes > 0 && (i * seed) % 5 === 0) data[i] = -Infinity;
  }
  if (wild) for (let i = seed % 11; i < data.length; i += 11) data[i] = [NaN, Infinity, -Infinity, 1e30, -1e30][i % 5]!;
  return { shape, data };
};

const classesOf = (rows: number, classes: number, seed: number): Host => ({
  shape: [rows],
  data: Int32Array.from({ length: rows }, (_, i) => (i * 7 + seed) % (classes + 1)), // one too many: no label
});

/** For any number of classes; a row of zeros for a label beyond the last. */
const oneHot = (labels: Host, classes: number): tf.Tensor =>
  tf.slice(tf.cast(tf.oneHot(put(labels) as tf.Tensor1D, classes + 1), 'float32'), [0, 0], [-1, classes]);

const soft = (rows: number, classes: number, seed: number): Host => {
  const { shape, data } = normals([rows, classes], seed);
  return { shape, data: data.map((x, i) => (i % 3 === 0 ? 0 : Math.abs(x) / classes)) };
};

const layout = fc.tuple(size(9), fc.integer({ min: 1, max: 40 }), seed, fc.boolean());

/** float32 rounds logits first of all; sums of terms follow. */
const bound = (value: number) => 2e-5 * (1 + Math.abs(value));

/** The softmax of each row, as masks and extremes have it. */
const logSoftmax = (x: tf.Tensor) => tf.logSoftmax(x, -1);
const masked = (l: tf.Tensor) => tf.where(tf.notEqual(l, -Infinity), l, tf.zerosLike(l));
const column = (x: tf.Tensor) => tf.expandDims(x, 1);

async function compare(compute: () => tf.Tensor[], reference: () => tf.Tensor[]): Promise<void> {
  const { here, there } = await onBoth(compute, reference);
  expect(here).toHaveLength(there.length);
  here.forEach((result, i) => expectWithin(result, there[i]!, bound));
}

describe('softmax cross-entropy', () => {
  it.each([
    ['of class indices', false],
    ['of soft labels', true],
  ])('%s is what tfjs puts together from many kernels, with its gradient', async (_, dense) => {
    await fc.assert(
      fc.asyncProperty(layout, async ([rows, classes, seed, wild]) => {
        const x = scores(rows, classes, seed, wild);
        const y = dense ? soft(rows, classes, seed) : classesOf(rows, classes, seed);
        const dy = normals([rows], seed + 1);
        const targets = () => (dense ? put(y) : oneHot(y, classes));
        await compare(
          () => {
            const attributes = { tau: 1, labelSmoothing: 0, zLoss: 0 };
            const given = { logits: put(x), labels: put(y) };
            const [loss, statistics] = run('SurprisalSoftmaxCrossEntropy', given, attributes);
            const more = { ...given, dy: put(dy), statistics: statistics! };
            return [loss!, ...run('SurprisalSoftmaxCrossEntropyGrad', more, attributes)];
          },
          () => {
            const [l, q] = [logSoftmax(put(x)), targets()];
            const loss = tf.sum(tf.where(tf.greater(q, 0), tf.mul(q, tf.neg(l)), tf.zerosLike(l)), 1);
            const scaled = tf.sub(tf.mul(tf.exp(l), tf.sum(q, 1, true)), q);
            return [loss, tf.mul(column(put(dy)), scaled)];
          },
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('functions of the softmax of rows', () => {
  it('are what tfjs puts together from many kernels', async () => {
    await fc.assert(
      fc.asyncProperty(layout, async ([rows, classes, seed, wild]) => {
        const x = scores(rows, classes, seed, wild);
        const dy = normals([rows], seed + 1);
        await compare(
          () => {
            const entropy = run('SurprisalSoftmaxEntropy', { logits: put(x) });
            const given = { dy: put(dy), logits: put(x), statistics: entropy[1]! };
            return [entropy[0]!, ...run('SurprisalSoftmaxEntropyGrad', given)];
          },
          () => {
            const l = logSoftmax(put(x));
            const entropy = tf.neg(tf.sum(tf.mul(tf.exp(l), masked(l)), 1));
            const slope = tf.mul(tf.exp(l), tf.add(masked(l), column(entropy)));
            return [entropy, tf.neg(tf.mul(column(put(dy)), slope))];
          },
        );
      }),
      { numRuns: 40 },
    );
  });

  it('has the log-sum-exp of rows, with its gradient', async () => {
    await fc.assert(
      fc.asyncProperty(size(9), fc.integer({ min: 1, max: 40 }), seed, async (rows, classes, seed) => {
        const x = scores(rows, classes, seed, false);
        const dy = normals([rows], seed + 1);
        await compare(
          () => {
            const [values, statistics] = run('SurprisalLogSumExp', { logits: put(x) });
            const given = { dy: put(dy), logits: put(x), statistics: statistics! };
            return [values!, ...run('SurprisalLogSumExpGrad', given)];
          },
          () => [tf.logSumExp(put(x), 1), tf.mul(column(put(dy)), tf.softmax(put(x)))],
        );
      }),
      { numRuns: 40 },
    );
  });

  const weight = fc.constantFrom(0, 0.5, 1);
  /** KL(a; b) of each row, and its gradients for the scores of a and of b, from logs of probabilities. */
  const kullbackLeibler = (a: tf.Tensor, b: tf.Tensor) => {
    const value = tf.sum(tf.mul(tf.exp(a), tf.sub(a, b)), 1);
    const ofA = tf.mul(tf.exp(a), tf.sub(tf.sub(a, b), column(value)));
    return { value, ofA, ofB: tf.sub(tf.exp(b), tf.exp(a)) };
  };

  it.each<[string, (p: tf.Tensor, q: tf.Tensor, forward: number, reverse: number) => tf.Tensor[]]>([
    [
      'KullbackLeibler',
      (p, q, forward, reverse) => {
        const [there, back] = [kullbackLeibler(p, q), kullbackLeibler(q, p)];
        const mix = (a: tf.Tensor, b: tf.Tensor) => tf.add(tf.mul(a, forward), tf.mul(b, reverse));
        return [mix(there.value, back.value), mix(there.ofA, back.ofB), mix(there.ofB, back.ofA)];
      },
    ],
    [
      'JensenShannon',
      (p, q) => {
        const m = tf.log(tf.div(tf.add(tf.exp(p), tf.exp(q)), 2));
        const [a, b] = [kullbackLeibler(p, m), kullbackLeibler(q, m)];
        return [tf.add(a.value, b.value), a.ofA, b.ofA].map((x) => tf.div(x, 2));
      },
    ],
  ])('has %s of pairs of rows, with both gradients', async (name, reference) => {
    const kernel = `SurprisalSoftmax${name}`;
    await fc.assert(
      fc.asyncProperty(layout, weight, weight, async ([rows, classes, seed], forward, reverse) => {
        const [x, y] = [1, 2].map((k) => normals([rows, classes], seed + k)) as [Host, Host];
        const dy = normals([rows], seed + 3);
        await compare(
          () => {
            const given = { p: tf.mul(put(x), 3), q: tf.mul(put(y), 3) };
            const [value, statistics] = run(kernel, given, { forward, reverse });
            const more = { ...given, dy: put(dy), statistics: statistics! };
            const gradients = ['GradP', 'GradQ'].flatMap((ending) => run(kernel + ending, more, { forward, reverse }));
            return [value!, ...gradients];
          },
          () => {
            const [p, q] = [x, y].map((z) => logSoftmax(tf.mul(put(z), 3))) as [tf.Tensor, tf.Tensor];
            const [value, ...gradients] = reference(p, q, forward, reverse);
            return [value!, ...gradients.map((gradient) => tf.mul(column(put(dy)), gradient))];
          },
        );
      }),
      { numRuns: 40 },
    );
  });

  it('gives the log-sum-exp of infinite rows its limits', () => {
    const rows = tf.tensor2d([
      [-Infinity, -Infinity, -Infinity],
      [0, Infinity, -Infinity],
      [NaN, 0, 0],
      [1e30, 1e30, 0],
    ]);
    const [values, statistics] = run('SurprisalLogSumExp', { logits: rows });
    expect(Array.from(values!.dataSync())).toEqual([-Infinity, Infinity, NaN, Math.fround(1e30)]);
    const dy = tf.ones([4]);
    const gradient = Array.from(
      run('SurprisalLogSumExpGrad', { dy, logits: rows, statistics: statistics! })[0]!.dataSync(),
    );
    expect(gradient.slice(0, 3)).toEqual([0, 0, 0]);
    expect(gradient.slice(9)).toEqual([0.5, 0.5, 0].map((p) => expect.closeTo(p, 6) as number));
  });

  it('gives divergences that are exact where both are the same, and keep their digits near there', () => {
    const x = put(scores(5, 33, 3, false));
    const moved = tf.add(x, tf.mul(1e-3, put(normals([5, 33], 4))));
    for (const kernel of ['SurprisalSoftmaxKullbackLeibler', 'SurprisalSoftmaxJensenShannon']) {
      const attributes = { forward: 1, reverse: 1 };
      expect(Array.from(run(kernel, { p: x, q: x }, attributes)[0]!.dataSync())).toEqual([0, 0, 0, 0, 0]);
      const near = Array.from(run(kernel, { p: x, q: moved }, attributes)[0]!.dataSync());
      expect(near.every((value) => value > -1e-7 && value < 1e-5)).toBe(true);
    }
  });
});

describe('linear cross-entropy', () => {
  it('is what tfjs puts together from many kernels, with its gradients', async () => {
    const sizes = fc.tuple(size(9), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 40 }));
    const regularizers = fc.tuple(fc.constantFrom(0, 0.1), fc.constantFrom(0, 0.01));
    await fc.assert(
      fc.asyncProperty(sizes, seed, regularizers, async ([rows, features, classes], seed, [labelSmoothing, zLoss]) => {
        const [x, w] = [normals([rows, features], seed), normals([features, classes], seed + 1)];
        const [b, dy] = [normals([classes], seed + 2), normals([rows], seed + 3)];
        const y = { shape: [rows], data: Int32Array.from({ length: rows }, (_, i) => (i * 7 + seed) % classes) };
        await compare(
          () => {
            const given = { inputs: put(x), weights: put(w), bias: put(b), labels: put(y) };
            const attributes = { tau: 1, labelSmoothing, zLoss };
            const [loss, statistics] = run('SurprisalLinearCrossEntropy', given, attributes);
            const more = { ...given, dy: put(dy), statistics: statistics! };
            return [loss!, ...run('SurprisalLinearCrossEntropyGrad', more, attributes)];
          },
          () => {
            const logits = tf.add(tf.matMul(put(x) as tf.Tensor2D, put(w) as tf.Tensor2D), put(b));
            const targets = tf.add(tf.mul(oneHot(y, classes), 1 - labelSmoothing), labelSmoothing / classes);
            const logs = column(tf.logSumExp(logits, 1));
            const loss = tf.sum(tf.mul(targets, tf.sub(logs, logits)), 1);
            const pull = tf.sub(tf.mul(tf.softmax(logits), tf.add(1, tf.mul(logs, 2 * zLoss))), targets);
            const ofLogits = tf.mul(column(put(dy)), pull) as tf.Tensor2D;
            return [
              tf.add(loss, tf.mul(tf.square(tf.squeeze(logs, [1])), zLoss)),
              tf.matMul(ofLogits, put(w) as tf.Tensor2D, false, true),
              tf.matMul(put(x) as tf.Tensor2D, ofLogits, true),
              tf.sum(ofLogits, 0),
            ];
          },
        );
      }),
      { numRuns: 40 },
    );
  });

  it('goes through more rows and classes than a block has', () => {
    const [rows, features, classes] = [515, 3, 1030];
    const given = {
      inputs: put(normals([rows, features], 1)),
      weights: put(normals([features, classes], 2)),
      bias: put(normals([classes], 3)),
      labels: put(classesOf(rows, classes, 4)),
    };
    const attributes = { tau: 1, labelSmoothing: 0.1, zLoss: 0.01 };
    const dy = put(normals([rows], 5));
    const [loss, statistics] = run('SurprisalLinearCrossEntropy', given, attributes);
    const gradients = run('SurprisalLinearCrossEntropyGrad', { ...given, dy, statistics: statistics! }, attributes);
    const logits = tf.add(tf.matMul(given.inputs, given.weights), given.bias);
    const stored = { logits, labels: given.labels };
    const [expected, known] = run('SurprisalSoftmaxCrossEntropy', stored, attributes);
    const ofLogits = run('SurprisalSoftmaxCrossEntropyGrad', { ...stored, dy, statistics: known! }, attributes)[0]!;
    const all = [
      [loss!, expected!],
      [gradients[0]!, tf.matMul(ofLogits, given.weights, false, true)],
      [gradients[1]!, tf.matMul(given.inputs, ofLogits, true)],
      [gradients[2]!, tf.sum(ofLogits, 0)],
    ] as const;
    const toHost = (x: tf.Tensor): Host => ({ shape: x.shape, data: x.dataSync() as Float32Array });
    all.forEach(([got, should]) => expectWithin(toHost(got), toHost(should), (value) => 1e-4 * (1 + Math.abs(value))));
  });

  it('takes a tenth of the memory that the logits would', () => {
    const [rows, features, classes] = [512, 256, 32_000];
    const given = {
      inputs: tf.zeros([rows, features]),
      weights: tf.zeros([features, classes]),
      bias: tf.zeros([classes]),
      labels: tf.zeros([rows], 'int32'),
    };
    const dy = tf.ones([rows]);
    const most = peak(() => {
      const [, statistics] = run('SurprisalLinearCrossEntropy', given, { labelSmoothing: 0, zLoss: 0 });
      const more = { ...given, dy, statistics: statistics! };
      return run('SurprisalLinearCrossEntropyGrad', more, { labelSmoothing: 0, zLoss: 0 });
    });
    expect(most).toBeLessThan(0.1 * 4 * rows * classes);
  });

  /** The most bytes that were allocated at a time, besides those of the result. */
  function peak(compute: () => tf.Tensor[]): number {
    const { wasm } = tf.backend() as unknown as { wasm: { _malloc(bytes: number): number; _free(at: number): void } };
    const [malloc, free] = [wasm._malloc, wasm._free];
    const sizes = new Map<number, number>();
    let [now, most] = [0, 0];
    wasm._malloc = (bytes) => {
      const address = malloc(bytes);
      sizes.set(address, bytes);
      most = Math.max(most, (now += bytes));
      return address;
    };
    wasm._free = (address) => {
      now -= sizes.get(address) ?? 0;
      sizes.delete(address);
      free(address);
    };
    const results = compute();
    [wasm._malloc, wasm._free] = [malloc, free];
    return most - results.reduce((bytes, result) => bytes + 4 * result.size, 0);
  }
});
