import { type ArrayInput, DomainError, type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  expandDims,
  readsAtOnce,
  tensor1d,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import type { z } from 'zod';
import { type Sample, checkSampleShape, readSample } from './sample.js';

/**
 * How far two samples, or weighted point clouds, are apart: about 0 where they come from the same distribution.
 *
 * @example
 * const distance = energyDistance();
 * console.log(distance([0, 1], [3, 4])); // 5
 * console.log(distance([[0, 0]], [[3, 4], [0, 0]], { weights: { y: [1, 0] } })); // 10
 */
export interface SampleDivergence {
  /**
   * In float64, on the host.
   *
   * @param x `[n, d]`, or `[n]` for points on a line; finite
   * @param y `[m, d]` or `[m]`
   * @throws ShapeError for other shapes, no points, or unequal dimensions; DomainError for points that are not finite, or wrong weights
   */
  (x: ArrayInput, y: ArrayInput, options?: SampleOptions): number;
  /**
   * The same as a scalar tensor, in the engine's float32: differentiable in the points of both samples.
   *
   * @throws as the function; DomainError where the method needs to read the points and the engine reads only later (WebGPU)
   */
  tensor(x: TensorLike, y: TensorLike, options?: SampleOptions): Tensor;
  readonly method: string;
  /** What it is measured in: powers of the data's unit, nats, or a number without a unit. */
  readonly unit: string;
}

/** How much each point counts. */
export interface SampleOptions {
  /** `[n]` and `[m]`: at least 0, not all 0; they need not sum to 1. Without them all points count the same. */
  readonly weights?: { readonly x?: ArrayInput; readonly y?: ArrayInput };
}

declare module '@surprisal/core' {
  interface Kinds {
    'sample-divergence': SampleDivergence;
  }
}

/** Samples as tensors, `[n, d]`, with weights that sum to 1, and the same on the host for what depends on it without a gradient. */
export interface SampleTensors {
  readonly x: Tensor;
  readonly y: Tensor;
  /** `[n]`; absent for equal weights. */
  readonly wx?: Tensor | undefined;
  readonly wy?: Tensor | undefined;
  /** Both samples on the host. @throws DomainError where the engine reads only later */
  host(): readonly [Sample, Sample];
}

/** A sample divergence's metadata and its maths, on the host and in tensors. */
export interface SampleDivergenceDefinition<S extends z.ZodObject> extends Omit<
  MethodInfo<'sample-divergence', S>,
  'kind'
> {
  /** What it is measured in, by its parameters. */
  readonly unit: string | ((params: z.output<S>) => string);
  readonly host: (x: Sample, y: Sample, params: z.output<S>) => number;
  readonly tensor: (samples: SampleTensors, params: z.output<S>) => Tensor;
}

/**
 * Makes a sample divergence from its maths; how samples are read and checked, their weights and memory stand here for all.
 *
 * @example
 * import { z } from 'zod';
 *
 * const meanGap = defineSampleDivergence({
 *   name: 'mean-gap',
 *   summary: 'How far the means of the first coordinates are apart.',
 *   unit: 'data',
 *   params: z.object({}),
 *   host: (x, y) => Math.abs(mean(x.points) - mean(y.points)),
 *   tensor: ({ x, y }) => abs(sub(mean(x), mean(y))),
 * });
 */
export function defineSampleDivergence<S extends z.ZodObject>({
  host,
  tensor,
  unit,
  ...info
}: SampleDivergenceDefinition<S>): Method<'sample-divergence', S, SampleDivergence> {
  const { name } = info;
  return defineMethod<'sample-divergence', S, SampleDivergence>({ kind: 'sample-divergence', ...info }, (params) => {
    const divergence = (x: ArrayInput, y: ArrayInput, { weights = {} }: SampleOptions = {}) => {
      const left = readSample(name, 'x', x, weights.x);
      return host(left, readSample(name, 'y', y, weights.y, left.d), params);
    };
    const ofTensors = (x: TensorLike, y: TensorLike, options: SampleOptions = {}) =>
      tidy(() => tensor(readTensors(name, x, y, options), params));
    return Object.assign(divergence, {
      tensor: ofTensors,
      method: name,
      unit: typeof unit === 'string' ? unit : unit(params),
    });
  });
}

function readTensors(owner: string, x: TensorLike, y: TensorLike, { weights = {} }: SampleOptions): SampleTensors {
  const given = [toTensor(x), toTensor(y)] as const;
  const [, d] = checkSampleShape(owner, 'x', given[0].shape);
  checkSampleShape(owner, 'y', given[1].shape, d);
  const samples = () => {
    const left = readSample(owner, 'x', given[0], weights.x);
    return [left, readSample(owner, 'y', given[1], weights.y, d)] as const;
  };
  const known = readsAtOnce() ? samples() : undefined;
  const [wx, wy] = (known ?? []).map((sample) => sample.weights && tensor1d(Float32Array.from(sample.weights)));
  if (!known && (weights.x ?? weights.y)) throw readsLater(owner, 'weights need');
  const host = () => {
    if (known) return known;
    throw readsLater(owner, 'its tensor form needs');
  };
  const [left, right] = given.map((points) => (points.rank === 1 ? expandDims(points, 1) : points));
  return { x: left!, y: right!, wx, wy, host };
}

const readsLater = (owner: string, what: string) =>
  new DomainError(
    `${owner}: ${what} to read the points at once, which this engine cannot; use cpu or wasm, or give a bandwidth`,
  );
