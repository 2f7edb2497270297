import {
  type AnyMethod,
  DomainError,
  type NdArray,
  Random,
  ShapeError,
  describeParams,
  ndarray,
} from '@surprisal/core';
import { type Tensor, gradientsOf, tensor1d, tidy, toTensor } from '@surprisal/core/tensor';
import { expectGradient, expectNoLeak, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import plugin from '../plugin.js';
import type { SampleDivergence } from './sample-divergence.js';

/** Every sample divergence must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(
  ({ info }) => info.kind === 'sample-divergence',
) as readonly AnyMethod<'sample-divergence'>[];

const points = (n: number, d: number) =>
  fc
    .array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n * d, maxLength: n * d })
    .map((values) => ndarray(Float64Array.from(values), [n, d]));
/** On a grid, where moving loses nothing to rounding. */
const gridPoints = (n: number, d: number) =>
  fc.array(fc.integer({ min: -40, max: 40 }), { minLength: n * d, maxLength: n * d }).map((values) =>
    ndarray(
      Float64Array.from(values, (value) => value / 8),
      [n, d],
    ),
  );
const drawn = (seed: number, n: number, d: number, shift = 0) =>
  ndarray(
    Float64Array.from(new Random(seed).normals(n * d), (value) => value + shift),
    [n, d],
  );
const scalar = (tensor: Tensor) => tensor.dataSync()[0]!;
const runs = { numRuns: 25 };

/** The same points in another order, by whole rows. */
const reordered = ({ data, shape }: NdArray, order: readonly number[]) =>
  ndarray(Float64Array.from(order.flatMap((i) => Array.from(data.subarray(i * shape[1]!, (i + 1) * shape[1]!)))), [
    order.length,
    shape[1]!,
  ]);

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  const divergence: SampleDivergence = method();

  it('says what it is measured in', () => {
    expect(divergence.unit).toMatch(/^(number|nats|data(\^\d+)?)$/);
    expect(divergence.method).toBe(method.info.name);
  });

  it('is at least 0, the same every time, the same both ways, and 0 from a sample to itself', () => {
    fc.assert(
      fc.property(points(5, 2), points(4, 2), (x, y) => {
        const value = divergence(x, y);
        expect(value).toBeGreaterThanOrEqual(-exactness(method));
        expect(divergence(x, y)).toBe(value);
        expect(Math.abs(divergence(y, x) - value)).toBeLessThanOrEqual(1e-5 * (1 + value));
        expect(Math.abs(divergence(x, x))).toBeLessThanOrEqual(exactness(method));
      }),
      runs,
    );
  });

  it('does not depend on the order of the points, nor on where the origin is', () => {
    fc.assert(
      fc.property(gridPoints(4, 2), gridPoints(3, 2), (x, y) => {
        const value = divergence(x, y);
        const near = (other: number) => expect(Math.abs(other - value)).toBeLessThanOrEqual(1e-5 * (1 + value));
        near(divergence(reordered(x, [2, 0, 3, 1]), y));
        const moved = (sample: NdArray) =>
          ndarray(
            Float64Array.from(sample.data, (at) => at + 3),
            sample.shape,
          );
        near(divergence(moved(x), moved(y)));
      }),
      runs,
    );
  });

  it('takes a point of weight 2 for two points, a weight of 0 for none, and weights of any sum', () => {
    const [x, y] = [drawn(1, 4, 2), drawn(2, 3, 2, 1)];
    const twice = reordered(x, [0, 0, 1, 2]);
    // The width of kernels and of the blur is found from points; it is given here, to be the same.
    const fixed: SampleDivergence = method(fixedWidth(method));
    const weighted = fixed(x, y, { weights: { x: [2, 1, 1, 0], y: [3, 3, 3] } });
    expect(weighted).toBeCloseTo(fixed(twice, y), 6);
    expect(fixed(y, x, { weights: { y: [2, 1, 1, 0] } })).toBeCloseTo(weighted, 6);
  });

  it('grows as samples move apart', () => {
    const [x, fixed] = [drawn(3, 12, 2), method(fixedWidth(method)) as SampleDivergence];
    const values = [0.3, 1, 3].map((shift) => fixed(x, drawn(4, 10, 2, shift)));
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  it('takes numbers for points on a line, one point a side, and points that coincide', () => {
    expect(divergence([0, 1, 3], [2, 2])).toBeCloseTo(divergence([[0], [1], [3]], [[2], [2]]), 12);
    expect(divergence([1], [3])).toBeGreaterThan(0);
    expect(divergence([[1, 2]], [[1, 2]])).toBeCloseTo(0, 9);
    expect(divergence([2, 2, 2], [2, 2])).toBeCloseTo(0, 9);
  });

  it('stays finite for samples that are very far apart', () => {
    const far = divergence([0, 1e-3], [1e6, 1e6 + 1]);
    expect(far).toBeGreaterThan(0);
    expect(far).toBeLessThan(Infinity);
  });

  it('refuses bad input with one line that says what was expected', () => {
    const { name } = method.info;
    expect(() => divergence([[[1]]], [1])).toThrow(
      new ShapeError(`${name}: x must be [n, d] or [n] with n >= 1, got [1, 1, 1]`),
    );
    expect(() => divergence([1], [])).toThrow(new ShapeError(`${name}: y must be [n, d] with d = 1, got [0]`));
    expect(() => divergence([[1, 2]], [1, 2])).toThrow(new ShapeError(`${name}: y must be [n, d] with d = 2, got [2]`));
    expect(() => divergence([[1, 2], [3, NaN]], [[0, 0]])).toThrow(
      new DomainError(`${name}: x must be finite, got NaN in row 1`),
    ); // prettier-ignore
    expect(() => divergence([1, 2], [3], { weights: { x: [1] } })).toThrow(
      new ShapeError(`${name}: weights.x must be [n] with n = 2, got [1]`),
    );
    expect(() => divergence([1, 2], [3], { weights: { x: [1, -1] } })).toThrow(
      new DomainError(`${name}: weights.x must be at least 0 and finite, got -1 at index 1`),
    );
    expect(() => divergence([1, 2], [3], { weights: { y: [0] } })).toThrow(
      new DomainError(`${name}: weights.y must hold one above 0, got none`),
    );
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });

  onEngines(['cpu', 'wasm'], () => {
    const [x, y] = [drawn(5, 5, 2), drawn(6, 4, 2, 0.7)];
    const weights = { x: [1, 2, 3, 4, 5], y: [0, 1, 1, 2] };

    it('has a tensor form of the same value, with weights or without', () => {
      expect(scalar(divergence.tensor(x, y))).toBeCloseTo(divergence(x, y), 4);
      expect(scalar(divergence.tensor(x, y, { weights }))).toBeCloseTo(divergence(x, y, { weights }), 4);
      expect(scalar(divergence.tensor(tensor1d([0, 1]), [2, 4]))).toBeCloseTo(divergence([0, 1], [2, 4]), 4);
      expect(divergence.tensor(x, y).shape).toEqual([]);
    });

    it('has the gradient that differences show, in both samples', async () => {
      const fixed: SampleDivergence = method({ ...fixedWidth(method), ...tight(method) });
      // A step is small beside the gaps, so that the best plan stays the best.
      const options = { step: 2e-3, absolute: 4e-3, relative: 2e-2 };
      await expectGradient((a, b) => fixed.tensor(a!, b!), [x, y], options);
      await expectGradient((a, b) => fixed.tensor(a!, b!, { weights }), [x, y], options);
    });

    it('has a finite gradient where points coincide, and 0 where the samples do', () => {
      const slopes = (a: NdArray, b: NdArray) =>
        tidy(() =>
          gradientsOf((p, q) => divergence.tensor(p!, q!), [toTensor(a), toTensor(b)]).gradients.flatMap((g) =>
            Array.from(g.dataSync()),
          ),
        );
      expect(slopes(x, ndarray(Float64Array.from([...x.data.slice(0, 4), 1, 2]), [3, 2])).every(Number.isFinite)).toBe(
        true,
      );
      slopes(x, x).forEach((slope) => expect(Math.abs(slope)).toBeLessThanOrEqual(1e-3));
    });

    it('leaves no tensors behind', () => {
      expectNoLeak(() => divergence.tensor(x, y));
      expectNoLeak(
        () => void tidy(() => gradientsOf((a) => divergence.tensor(a!, y), [toTensor(x)]).gradients[0]!.dataSync()),
      );
    });

    it('refuses in tensors what it refuses on the host', () => {
      const { name } = method.info;
      expect(() => divergence.tensor([[1, 2]], [1])).toThrow(
        new ShapeError(`${name}: y must be [n, d] with d = 2, got [1]`),
      );
      expect(() => divergence.tensor([1, NaN], [1])).toThrow(
        new DomainError(`${name}: x must be finite, got NaN in row 1`),
      );
    });
  });
});

/** Parameters that hold what would be found from the points. */
const fixedWidth = ({ info }: AnyMethod) => ({
  ...('bandwidth' in info.params.shape && { bandwidth: 1.3 }),
  ...('epsilon' in info.params.shape && { epsilon: 0.8 }),
});

/** How near to 0 what should be 0 is: rounding, or the tolerance of what is found step by step. */
const exactness = ({ info }: AnyMethod): number =>
  Number(describeParams(info.params).find(({ name }) => name === 'tolerance')?.default ?? 1e-9);

const tight = ({ info }: AnyMethod) =>
  'tolerance' in info.params.shape ? { tolerance: 1e-10, iterations: 20000 } : {};
