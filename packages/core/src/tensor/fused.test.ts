import { registerKernel } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ShapeError } from '../errors.js';
import {
  type CrossEntropyOptions,
  type EngineName,
  type Tensor,
  add,
  defineFused,
  dispose,
  gradientsOf,
  linearCrossEntropy,
  logSumExp,
  matMul,
  memory,
  mul,
  softmaxCrossEntropy,
  softmaxEntropy,
  softmaxJensenShannon,
  softmaxKullbackLeibler,
  square,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  useEngine,
} from './index.js';

const list = (x: Tensor) => Array.from(x.dataSync());

/** What is computed here in float64, row by row, from softmax's definition. */
const softmaxOf = (row: readonly number[]) => {
  const largest = Math.max(...row);
  const logSum = Math.log(row.reduce((total, x) => total + Math.exp(x - largest), 0));
  const logProbs = row.map((x) => x - largest - logSum);
  return { largest, logSum, logProbs, probs: logProbs.map(Math.exp) };
};
const total = (terms: readonly number[]) => terms.reduce((a, b) => a + b, 0);
const times = (p: number, x: number) => (p === 0 ? 0 : p * x);

const phi = (tau: number, l: number) => (tau === 1 ? -l : Math.expm1((tau - 1) * l) / (1 - tau));

/** Labels as they count: smoothed, none for a masked class. */
const targetsOf = (row: readonly number[], label: readonly number[], smoothing: number) =>
  row.map((x, k) => (1 - smoothing) * label[k]! + (x === -Infinity ? 0 : smoothing / row.length));

const reference = {
  crossEntropy(row: number[], label: number[], { tau = 1, labelSmoothing = 0, zLoss = 0 }: CrossEntropyOptions) {
    const { largest, logSum, logProbs } = softmaxOf(row);
    const q = targetsOf(row, label, labelSmoothing);
    return total(q.map((w, k) => times(w, phi(tau, logProbs[k]!)))) + zLoss * (largest + logSum) ** 2;
  },
  crossEntropyGradient(
    row: number[],
    label: number[],
    { tau = 1, labelSmoothing = 0, zLoss = 0 }: CrossEntropyOptions,
  ) {
    const { largest, logSum, logProbs, probs } = softmaxOf(row);
    const q = targetsOf(row, label, labelSmoothing);
    const powers = q.map((w, k) => times(w, Math.exp((tau - 1) * logProbs[k]!)));
    return probs.map((p, j) => p * (total(powers) + 2 * zLoss * (largest + logSum)) - powers[j]!);
  },
  entropy: (row: number[]) => -total(softmaxOf(row).logProbs.map((l) => times(Math.exp(l), l))),
  divergence: (p: number[], q: number[]) => {
    const [left, right] = [softmaxOf(p), softmaxOf(q)];
    return total(left.logProbs.map((l, k) => times(Math.exp(l), l - right.logProbs[k]!)));
  },
  jensenShannon(p: number[], q: number[]) {
    const [left, right] = [softmaxOf(p).probs, softmaxOf(q).probs];
    const part = (a: number[], b: number[]) => total(a.map((x, k) => times(x, Math.log((2 * x) / (x + b[k]!)))));
    return (part(left, right) + part(right, left)) / 2;
  },
};

/** Scores of moderate size; some masked, but one in each row. */
const rowOf = (classes: number) =>
  fc
    .tuple(
      fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: classes, maxLength: classes }),
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: classes, maxLength: classes }),
      fc.constantFrom(0, 0, 1000, -300),
    )
    .map(([scores, masks, shift]) => scores.map((x, k) => (k > 0 && masks[k] === 0 ? -Infinity : x + shift)));
const rowsOf = (classes: number, rows = 3) => fc.array(rowOf(classes), { minLength: rows, maxLength: rows });
const classes = fc.constantFrom(1, 2, 3, 4, 5, 8, 13, 16, 33);
const options = fc.record({
  tau: fc.constantFrom(0, 0.5, 1, 1.5, 2, 3),
  labelSmoothing: fc.constantFrom(0, 0.1, 1),
  zLoss: fc.constantFrom(0, 0.01),
});

/** The label of each row: an unmasked class, and a soft label over the unmasked ones with zeros among them. */
const labelsOf = (rows: number[][], seed: number) => {
  const sparse = rows.map((row, i) => {
    const possible = row.flatMap((x, k) => (x === -Infinity ? [] : [k]));
    return possible[(seed + i) % possible.length]!;
  });
  const soft = rows.map((row, i) => {
    const weights = row.map((x, k) => (x === -Infinity || (seed + k) % 3 === 0 ? 0 : 1 + ((seed * (k + 1)) % 7)));
    const sum = total(weights);
    return sum === 0 ? row.map((_, k) => Number(k === sparse[i])) : weights.map((w) => Math.fround(w / sum));
  });
  return { sparse, soft };
};
const oneHotOf = (label: number, size: number) => Array.from({ length: size }, (_, k) => Number(k === label));

/** float32 rounds scores, and what is made of them. */
const near = (got: number, expected: number, scale = 0) => {
  if (!Number.isFinite(expected)) return expect(got).toBe(expected);
  expect(Math.abs(got - expected)).toBeLessThanOrEqual(3e-5 * (1 + Math.abs(expected) + scale));
};

const engines: readonly EngineName[] = ['cpu', 'wasm'];

describe.each(engines)('on %s', (engine) => {
  beforeAll(async () => void (await useEngine(engine)));

  describe('a fused operation', () => {
    const double = defineFused<{ by: number }>(`Twice${engine}`, {
      names: ['x'],
      forward: ([x], _constants, { by }) => mul(x!, by),
      gradient: (dy, _inputs, _constants, { by }) => [mul(dy, by)],
    });

    it('runs the kernel of the engine where there is one, and the composed form elsewhere', () => {
      expect(list(double([tensor1d([1])], [], { by: 2 }))).toEqual([2]);
      const give = (value: number) => tidy(() => [tensor1d([value]), tensor1d([7])]);
      registerKernel({ kernelName: double.kernel, backendName: engine, kernelFunc: () => give(100) });
      registerKernel({
        kernelName: `${double.kernel}Grad`,
        backendName: engine,
        kernelFunc: ({ inputs }) => tidy(() => mul(inputs.dy as Tensor, inputs.statistics as Tensor)),
      });
      const { value, gradients } = gradientsOf((x) => sum(double([x!], [], { by: 2 })), [tensor1d([1])]);
      expect([list(value), list(gradients[0]!)]).toEqual([[100], [7]]);
    });

    it('computes no gradient that nobody asks for', () => {
      const asked: string[] = [];
      const both = defineFused<object>('Both', {
        forward: ([a, b]) => add(a!, b!),
        gradient: (dy) => ['a', 'b'].map((name) => () => (asked.push(name), mul(dy, 1))),
      });
      const b = tensor1d([2]);
      gradientsOf((a) => sum(both([a!, b], [], {})), [tensor1d([1])]);
      expect(asked).toEqual(['a']);
    });
  });

  describe('softmax cross-entropy', () => {
    it('and its gradients are those of float64, for every option', () => {
      fc.assert(
        fc.property(
          classes.chain((c) => rowsOf(c)),
          options,
          fc.integer({ min: 0, max: 99 }),
          (rows, given, seed) => {
            const { sparse, soft } = labelsOf(rows, seed);
            tidy(() => {
              const logits = tensor2d(rows);
              const bySparse = gradientsOf(
                (x) => sum(softmaxCrossEntropy(x!, tensor1d(sparse, 'int32'), given)),
                [logits],
              ).gradients[0]!;
              const losses = list(softmaxCrossEntropy(logits, tensor1d(sparse, 'int32'), given));
              const denseLosses = list(softmaxCrossEntropy(logits, tensor2d(soft), given));
              const byDense = gradientsOf((x, q) => sum(softmaxCrossEntropy(x!, q!, given)), [logits, tensor2d(soft)]);
              const [ofLogits, ofLabels] = byDense.gradients.map(list);
              const ofSparse = list(bySparse);
              rows.forEach((scores, i) => {
                const row = scores.map(Math.fround);
                const label = oneHotOf(sparse[i]!, row.length);
                const { logProbs } = softmaxOf(row);
                const steep =
                  given.tau < 1 ? Math.exp((1 - given.tau) * -Math.min(...logProbs.filter(Number.isFinite))) : 1;
                const size = Math.max(...row.filter(Number.isFinite).map(Math.abs));
                near(losses[i]!, reference.crossEntropy(row, label, given), steep);
                near(denseLosses[i]!, reference.crossEntropy(row, soft[i]!, given), steep);
                const expected = reference.crossEntropyGradient(row, label, given);
                const expectedSoft = reference.crossEntropyGradient(row, soft[i]!, given);
                row.forEach((_, k) => {
                  const at = i * row.length + k;
                  near(ofSparse[at]!, expected[k]!, steep + size * given.zLoss);
                  near(ofLogits![at]!, expectedSoft[k]!, steep + size * given.zLoss);
                  if (row[k] !== -Infinity) {
                    near(ofLabels![at]!, (1 - given.labelSmoothing) * phi(given.tau, logProbs[k]!), steep);
                  }
                });
              });
            });
          },
        ),
        { numRuns: 60 },
      );
    });

    it('takes rows of one class, no rows, all equal and extreme logits', () => {
      const loss = (rows: number[][], label: number, given = {}) =>
        list(softmaxCrossEntropy(tensor2d(rows), tensor1d([label], 'int32'), given))[0]!;
      expect(loss([[3]], 0)).toBeCloseTo(0, 6);
      expect(softmaxCrossEntropy(tensor2d([], [0, 3]), tensor1d([], 'int32')).shape).toEqual([0]);
      for (const level of [0, 1e30, -1e30]) near(loss([[level, level, level, level]], 2), Math.log(4));
      near(loss([[1e30, -1e30, 0]], 0), 0);
      near(loss([[1e30, -1e30, 0]], 0, { tau: 0.5 }), 0);
      near(loss([[1e30, 0]], 1), Math.fround(1e30));
      expect(loss([[1e30, 0]], 1, { tau: 0 })).toBe(Infinity);
      near(loss([[1e30, 0]], 1, { tau: 2 }), 1);
      expect(loss([[0, -Infinity]], 1)).toBe(Infinity);
      near(loss([[0, 0, -Infinity]], 1, { labelSmoothing: 0.3 }), 0.9 * Math.log(2));
      expect(loss([[0, NaN]], 0)).toBeNaN();
      expect(loss([[0, Infinity]], 0)).toBeNaN();
      expect(loss([[-Infinity, -Infinity]], 0)).toBeNaN();
      near(loss([[0, 0]], 5), 0); // no label
    });

    it('has a gradient without NaN where the logits are extreme', () => {
      const rows = [
        [1e30, 0, -1e30, -Infinity],
        [-1e30, -1e30, -1e30, -1e30],
        [88, -88, 0, 1e-30],
      ];
      for (const tau of [0, 0.5, 1, 1.5, 2]) {
        for (const label of [0, 1, 2]) {
          const { gradients } = tidy(() =>
            gradientsOf(
              (x) => sum(softmaxCrossEntropy(x!, tensor1d([label, label, label], 'int32'), { tau })),
              [tensor2d(rows)],
            ),
          );
          expect(list(gradients[0]!).some(Number.isNaN)).toBe(false);
        }
      }
    });

    it('can be differentiated twice', () => {
      const [x, direction] = [tensor2d([[1, -0.5, 0.25]]), tensor2d([[0.3, -1, 2]])];
      for (const tau of [0.5, 1, 2]) {
        const slope = (at: Tensor) =>
          sum(
            mul(
              gradientsOf((y) => sum(softmaxCrossEntropy(mul(y!, 2), tensor1d([1], 'int32'), { tau })), [at])
                .gradients[0]!,
              direction,
            ),
          );
        const second = list(gradientsOf((at) => slope(at!), [x]).gradients[0]!);
        second.forEach((value, k) => {
          const step = tensor2d([oneHotOf(k, 3).map((one) => one * 1e-2)]);
          const difference = (list(slope(add(x, step)))[0]! - list(slope(add(x, mul(step, -1))))[0]!) / 2e-2;
          expect(Math.abs(value - difference)).toBeLessThan(2e-3 * (1 + Math.abs(difference)));
        });
      }
    });

    it('refuses other shapes', () => {
      const logits = tensor2d([[1, 2]]);
      expect(() => softmaxCrossEntropy(logits, tensor1d([1, 2], 'int32'))).toThrow(
        new ShapeError(
          'softmaxCrossEntropy: labels must be int32 [rows] or float32 [rows, classes] with rows = 1, classes = 2, got int32 [2]',
        ),
      );
      expect(() => softmaxCrossEntropy(tensor1d([1]), tensor1d([1]))).toThrow(ShapeError);
    });
  });

  describe('log-sum-exp and entropy', () => {
    it('and their gradients are those of float64', () => {
      fc.assert(
        fc.property(
          classes.chain((c) => rowsOf(c)),
          (rows) =>
            tidy(() => {
              const x = tensor2d(rows);
              const [sums, entropies] = [list(logSumExp(x, 1)), list(softmaxEntropy(x))];
              const ofSums = list(gradientsOf((y) => sum(logSumExp(y!, -1)), [x]).gradients[0]!);
              const ofEntropies = list(gradientsOf((y) => sum(softmaxEntropy(y!)), [x]).gradients[0]!);
              rows.forEach((scores, i) => {
                const row = scores.map(Math.fround);
                const { largest, logSum, probs, logProbs } = softmaxOf(row);
                const entropy = reference.entropy(row);
                near(sums[i]!, largest + logSum);
                near(entropies[i]!, entropy);
                row.forEach((_, k) => {
                  near(ofSums[i * row.length + k]!, probs[k]!);
                  near(ofEntropies[i * row.length + k]!, -times(probs[k]!, logProbs[k]! + entropy));
                });
              });
            }),
        ),
        { numRuns: 40 },
      );
    });

    it('of masked and infinite rows have their limits', () => {
      const x = tensor2d([
        [-Infinity, -Infinity],
        [0, Infinity],
        [1e30, 1e30],
      ]);
      expect(list(logSumExp(x, 1))).toEqual([-Infinity, Infinity, Math.fround(1e30)]);
      const { gradients } = gradientsOf((y) => sum(logSumExp(y!, 1)), [tensor2d([[-Infinity, -Infinity]])]);
      expect(list(gradients[0]!)).toEqual([0, 0]);
      expect(list(softmaxEntropy(tensor2d([[1e30, -1e30]])))[0]).toBeCloseTo(0, 6);
      near(list(softmaxEntropy(tensor2d([[1e30, 1e30]])))[0]!, Math.log(2));
    });

    it('take any number of dimensions', () => {
      const x = tensor2d([[0, 0, 1, 1]]).reshape([2, 1, 2]);
      expect(logSumExp(x, -1).shape).toEqual([2, 1]);
      expect(logSumExp(x, 2, true).shape).toEqual([2, 1, 1]);
      expect(softmaxEntropy(tensor1d([0, 0])).shape).toEqual([]);
      near(list(logSumExp(x))[0]!, Math.log(2 + 2 * Math.E));
      near(list(logSumExp(x, [0]))[0]!, Math.log(1 + Math.E));
    });

    it('can be differentiated twice', () => {
      const x = tensor2d([[1, -0.5, 0.25]]);
      for (const f of [(y: Tensor) => logSumExp(y, 1), softmaxEntropy]) {
        const slope = (at: Tensor) => sum(square(gradientsOf((y) => sum(f(mul(y!, 2))), [at]).gradients[0]!));
        const second = list(gradientsOf((at) => slope(at!), [x]).gradients[0]!);
        second.forEach((value, k) => {
          const step = tensor2d([oneHotOf(k, 3).map((one) => one * 1e-2)]);
          const difference = (list(slope(add(x, step)))[0]! - list(slope(add(x, mul(step, -1))))[0]!) / 2e-2;
          expect(Math.abs(value - difference)).toBeLessThan(2e-3 * (1 + Math.abs(difference)));
        });
      }
    });
  });

  describe('divergences of logits', () => {
    const pair = classes.chain((c) => fc.tuple(rowsOf(c), rowsOf(c)));
    const kinds = {
      kl: {
        of: (p: Tensor, q: Tensor) => softmaxKullbackLeibler(p, q),
        reference: reference.divergence,
      },
      jeffreys: {
        of: (p: Tensor, q: Tensor) => softmaxKullbackLeibler(p, q, { forward: 1, reverse: 1 }),
        reference: (p: number[], q: number[]) => reference.divergence(p, q) + reference.divergence(q, p),
      },
      reverse: {
        of: (p: Tensor, q: Tensor) => softmaxKullbackLeibler(p, q, { forward: 0, reverse: 0.5 }),
        reference: (p: number[], q: number[]) => reference.divergence(q, p) / 2,
      },
      js: { of: softmaxJensenShannon, reference: reference.jensenShannon },
    };

    it.each(Object.entries(kinds))('are those of float64: %s', (_, { of, reference }) => {
      fc.assert(
        fc.property(pair, ([p, q]) => {
          const got = tidy(() => list(of(tensor2d(p), tensor2d(q))));
          p.forEach((row, i) => {
            const expected = reference(row.map(Math.fround), q[i]!.map(Math.fround));
            near(got[i]!, expected, Number.isFinite(expected) ? 1 : 0);
          });
        }),
        { numRuns: 40 },
      );
    });

    it.each(Object.entries(kinds))('have the gradients that differences show, in both: %s', (_, { of, reference }) => {
      const [p, q] = [
        [1, -0.5, 0.25, 3, 0],
        [0.5, 0.75, -1, 2, -2],
      ];
      const { gradients } = tidy(() => gradientsOf((a, b) => sum(of(a!, b!)), [tensor2d([p!]), tensor2d([q!])]));
      const moved = (row: number[], k: number, by: number) => row.map((x, j) => (j === k ? x + by : x));
      const [ofP, ofQ] = gradients.map(list);
      p!.forEach((_, k) => {
        near(ofP![k]!, (reference(moved(p!, k, 1e-4), q!) - reference(moved(p!, k, -1e-4), q!)) / 2e-4);
        near(ofQ![k]!, (reference(p!, moved(q!, k, 1e-4)) - reference(p!, moved(q!, k, -1e-4))) / 2e-4);
      });
    });

    it('have gradients without NaN where classes are masked or logits extreme', () => {
      const rows = [
        [1e30, 0, -1e30, -Infinity],
        [0, -Infinity, 1, 2],
        [-1e30, -1e30, -1e30, -1e30],
        [0, 0, 0, 0],
      ];
      for (const { of } of Object.values(kinds)) {
        for (const q of [rows, rows.toReversed()]) {
          const { value, gradients } = tidy(() =>
            gradientsOf((a, b) => sum(of(a!, b!)), [tensor2d(rows), tensor2d(q)]),
          );
          expect([value, ...gradients].flatMap(list).some(Number.isNaN)).toBe(false);
        }
      }
    });

    it('can be differentiated twice', () => {
      const [p, q] = [tensor2d([[1, -0.5, 0.25]]), tensor2d([[0.5, 0.75, -1]])];
      for (const { of } of Object.values(kinds)) {
        const slope = (at: Tensor) => sum(square(gradientsOf((y) => sum(of(mul(y!, 2), q)), [at]).gradients[0]!));
        const second = list(gradientsOf((at) => slope(at!), [p]).gradients[0]!);
        second.forEach((value, k) => {
          const step = tensor2d([oneHotOf(k, 3).map((one) => one * 1e-2)]);
          const difference = (list(slope(add(p, step)))[0]! - list(slope(add(p, mul(step, -1))))[0]!) / 2e-2;
          expect(Math.abs(value - difference)).toBeLessThan(4e-3 * (1 + Math.abs(difference)));
        });
      }
    });
  });

  describe('linear cross-entropy', () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 9 }),
      features: fc.integer({ min: 1, max: 9 }),
      classes: fc.constantFrom(1, 2, 7, 8, 17, 40),
    });
    const normals = (rows: number, columns: number, seed: number) =>
      tensor2d(
        Array.from({ length: rows * columns }, (_, i) => Math.sin((i + 1) * (seed + 1) * 12.9898) * 2),
        [rows, columns],
      );

    it('is that of the logits, and so are its gradients', () => {
      fc.assert(
        fc.property(
          shape,
          fc.constantFrom(0, 0.1),
          fc.constantFrom(0, 0.01),
          fc.integer({ min: 1, max: 99 }),
          ({ rows, features, classes }, labelSmoothing, zLoss, seed) =>
            tidy(() => {
              const [x, w] = [normals(rows, features, seed), normals(features, classes, seed + 1)];
              const bias = normals(1, classes, seed + 2).reshape([classes]);
              const labels = tensor1d(
                Array.from({ length: rows }, (_, i) => (i * seed) % classes),
                'int32',
              );
              const weights = normals(1, rows, seed + 3).reshape([rows]);
              const given = { labelSmoothing, zLoss };
              const here = gradientsOf(
                (x, w, bias) => sum(mul(weights, linearCrossEntropy(x!, w!, labels, { bias: bias!, ...given }))),
                [x, w, bias],
              );
              const there = gradientsOf(
                (x, w, bias) => sum(mul(weights, softmaxCrossEntropy(add(matMul(x!, w!), bias!), labels, given))),
                [x, w, bias],
              );
              near(list(here.value)[0]!, list(there.value)[0]!, rows);
              here.gradients.forEach((gradient, i) => {
                const expected = list(there.gradients[i]!);
                list(gradient).forEach((value, k) => near(value, expected[k]!, rows));
              });
            }),
        ),
        { numRuns: 40 },
      );
    });

    it('takes no bias, no rows, and blocks of rows', () => {
      const labels = tensor1d([0, 1, 2], 'int32');
      const [x, w] = [normals(3, 2, 1), normals(2, 2 ** 19 + 3, 2)];
      const blocked = list(linearCrossEntropy(x, w, labels));
      list(softmaxCrossEntropy(matMul(x, w), labels)).forEach((value, i) => near(blocked[i]!, value));
      expect(linearCrossEntropy(tensor2d([], [0, 2]), w, tensor1d([], 'int32')).shape).toEqual([0]);
      dispose([x, w]);
    });

    it('refuses other shapes', () => {
      const [x, w, labels] = [normals(3, 2, 1), normals(2, 4, 2), tensor1d([0, 1, 2], 'int32')];
      expect(() => linearCrossEntropy(x, normals(3, 4, 1), labels)).toThrow(
        new ShapeError('linearCrossEntropy: weights must be [features, classes] with features = 2, got [3, 4]'),
      );
      expect(() => linearCrossEntropy(x, w, tensor1d([1], 'int32'))).toThrow(ShapeError);
      expect(() => linearCrossEntropy(x, w, tensor1d([1, 2, 0]))).toThrow(/labels must be int32, got float32/);
    });
  });

  it('leave no tensors behind', () => {
    const [x, y, labels] = [tensor2d([[1, 2, 3]]), tensor2d([[2, 0, 1]]), tensor1d([1], 'int32')];
    const w = tensor2d([[1], [2], [3]]);
    const all = () =>
      tidy(() => {
        gradientsOf((a) => sum(softmaxCrossEntropy(a!, labels)), [x]);
        gradientsOf((a, q) => sum(softmaxCrossEntropy(a!, q!, { tau: 2, zLoss: 1 })), [x, y]);
        gradientsOf((a) => sum(add(logSumExp(a!, 1), softmaxEntropy(a!))), [x]);
        gradientsOf((a, b) => sum(add(softmaxJensenShannon(a!, b!), softmaxKullbackLeibler(a!, b!))), [x, y]);
        gradientsOf((a, b) => sum(linearCrossEntropy(a!, b!, tensor1d([0], 'int32'))), [x, w]);
      });
    all();
    const before = memory().numTensors;
    all();
    expect(memory().numTensors).toBe(before);
  });
});
