import { Random, ndarray } from '@surprisal/core';
import { gradientsOf, norm, tidy, toTensor } from '@surprisal/core/tensor';
import { hyperbolicCrossEntropy, toPoincare } from '@surprisal/losses';
import { drawnRows } from './heads.js';
import type { OneClassParams } from './params.js';

const ROWS = 64;

/** The length of the gradient of hyperbolic cross-entropy in random features of a scale, times the scale; with a radius of Infinity, features are not cut. */
export function gradientAt(scale: number, clipRadius: number, { ballDim, c }: OneClassParams, seed: number): number {
  const random = new Random(seed).split('clipping');
  const features = ndarray(random.normals(ROWS * ballDim, 0, scale), [ROWS, ballDim]);
  const labels = Int32Array.from({ length: ROWS }, () => random.integer(2));
  const loss = hyperbolicCrossEntropy({ c });
  const length = tidy(() => {
    const planes = { a: drawnRows('a', ballDim, seed), p: drawnRows('p', ballDim, seed) };
    const cost = (x: Parameters<typeof toPoincare>[0]) =>
      loss(toPoincare(x, { c, clipRadius }), labels, planes, { reduction: 'mean' });
    return norm(gradientsOf((x) => cost(x!), [toTensor(features)]).gradients[0]!).dataSync()[0]!;
  });
  return scale * length;
}
