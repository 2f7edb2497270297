import { beforeAll, describe, expect, it } from 'vitest';
import { DomainError, ShapeError } from '../errors.js';
import { ndarray } from '../ndarray.js';
import { Random } from '../random.js';
import {
  type Tensor,
  gaussianKernelSums,
  gradientsOf,
  logGaussianKernelSums,
  memory,
  mul,
  squaredDistances,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  toTensor,
  useEngine,
  zeros,
} from './index.js';

const list = (x: Tensor) => Array.from(x.dataSync());
const random = new Random(3);
const points = (n: number, d: number) => ndarray(random.normals(n * d).map(Math.fround), [n, d]);

describe.each(['cpu', 'wasm'] as const)('on %s', (engine) => {
  beforeAll(async () => void (await useEngine(engine)));

  describe('squared distances', () => {
    it('keep their digits far from the origin, with their gradient', () => {
      const [x, y] = [tensor2d([[4096, 1]]), tensor2d([[4096.5, 1], [4096, 1]])]; // prettier-ignore
      const { value, gradients } = gradientsOf((a, b) => sum(squaredDistances(a!, b!)), [x, y]);
      expect([value, ...gradients].map(list)).toEqual([[0.25], [-1, 0], [1, 0, 0, 0]]);
    });

    it('of no points are none', () => {
      for (const [n, m] of [
        [0, 3],
        [3, 0],
        [0, 0],
      ] as const) {
        // prettier-ignore
        const { value, gradients } = gradientsOf(
          (x, y) => sum(squaredDistances(x!, y!)),
          [zeros([n, 2]), zeros([m, 2])],
        );
        expect([list(value), ...gradients.map(({ shape }) => shape)]).toEqual([[0], [n, 2], [m, 2]]);
        expect(squaredDistances(zeros([n, 2]), zeros([m, 2])).shape).toEqual([n, m]);
      }
    });

    it('refuse points of other dimensions', () => {
      expect(() => squaredDistances(zeros([3, 2]), zeros([3, 1]))).toThrow(
        new ShapeError('squaredDistances: y must be [others, dimensions] with dimensions = 2, got [3, 1]'),
      );
    });
  });

  describe('sums of Gaussian kernels', () => {
    it('are those of float64', () => {
      for (const [n, m, d, s] of [
        [1, 1, 1, 1],
        [7, 33, 3, 0.7],
        [20, 5, 17, 5],
      ] as const) {
        const [x, y, w] = [points(n, d), points(m, d), points(m, 1)];
        const exact = Array.from({ length: n }, (_, i) => {
          const terms = Array.from({ length: m }, (_, j) => {
            const apart = Array.from({ length: d }, (_, k) => (x.data[i * d + k]! - y.data[j * d + k]!) ** 2);
            return Math.exp(w.data[j]! - apart.reduce((a, b) => a + b) / (2 * s * s));
          });
          return terms.reduce((a, b) => a + b);
        });
        const logWeights = tensor1d(Array.from(w.data));
        const sums = tidy(() => list(gaussianKernelSums(toTensor(x), toTensor(y), { bandwidth: s, logWeights })));
        sums.forEach((value, i) => expect(Math.abs(value / exact[i]! - 1)).toBeLessThan(2e-5));
      }
    });

    it('stay finite in logs where no kernel is, with their gradients; a point can be left out', () => {
      const x = tensor2d([[0], [1e30]]);
      const { value, gradients } = gradientsOf(
        (x, y, logWeights) => sum(mul(logGaussianKernelSums(x!, y!, { logWeights: logWeights! }), tensor1d([1, 0]))),
        [x, tensor2d([[100], [1]]), tensor1d([0, -Infinity])],
      );
      expect(list(value)[0]).toBeNaN(); // 0 times -Infinity, the distance of 1e30 being beyond float32
      expect(gradients.map((gradient) => list(gradient).map((value) => value + 0))).toEqual([
        // -0 is 0
        [100, 0],
        [-100, 0],
        [1, 0],
      ]);
      expect(list(logGaussianKernelSums(x, tensor2d([[100], [1]]), { logWeights: tensor1d([0, -Infinity]) }))).toEqual([
        -5000,
        -Infinity,
      ]);
    });

    it('take widths whose squares float32 does not hold', () => {
      for (const s of [1e-25, 1e25]) {
        const given = [tensor2d([[0]]), tensor2d([[0], [s / 1e8]])];
        const { value, gradients } = gradientsOf((x, y) => sum(logGaussianKernelSums(x!, y!, { bandwidth: s })), given);
        expect(list(value)[0]).toBeCloseTo(Math.log(2), 6);
        const pull = list(gradients[0]!)[0]! * s; // half of the distance, in widths
        expect(pull).toBeCloseTo(0.5e-8, 12);
      }
    });

    it('of no points are 0', () => {
      expect(list(gaussianKernelSums(zeros([2, 1]), zeros([0, 1])))).toEqual([0, 0]);
      expect(gaussianKernelSums(zeros([0, 1]), zeros([2, 1])).shape).toEqual([0]);
    });

    it('refuse what does not fit', () => {
      const sums = (options: Parameters<typeof gaussianKernelSums>[2]) => () =>
        gaussianKernelSums(zeros([2, 1]), zeros([3, 1]), options);
      for (const bandwidth of [0, -1, NaN, Infinity]) expect(sums({ bandwidth })).toThrow(DomainError);
      expect(sums({ bandwidth: 0 })).toThrow('logGaussianKernelSums: bandwidth must be greater than 0, got 0');
      expect(sums({ logWeights: zeros([2]) })).toThrow(ShapeError);
    });
  });

  it('leave no tensors behind', () => {
    const [x, y] = [toTensor(points(3, 2)), toTensor(points(4, 2))];
    const before = memory().numTensors;
    tidy(() => {
      gradientsOf((a, b) => sum(squaredDistances(a!, b!)), [x, y]);
      gradientsOf((a, b) => sum(gaussianKernelSums(a!, b!)), [x, y]);
    });
    expect(memory().numTensors).toBe(before);
  });
});
