import { Random, ndarray } from '@surprisal/core';
import { type Tensor, conv2d, currentEngine, matMul, maxPool, relu, reshape, tidy, toTensor, train, useEngine } from '@surprisal/core/tensor'; // prettier-ignore
import { onEngines } from '@surprisal/testing';
import { afterEach, expect, it } from 'vitest';
import { crossEntropy } from './comp-sum.js';

/** The losses of 30 steps of a small convolutional network that tells where the bright corner of an image is. */
async function train30(): Promise<number[]> {
  const random = new Random(5);
  const normals = (shape: number[], spread: number) =>
    toTensor(ndarray(random.normals(shape.reduce((a, b) => a * b)).map((x) => spread * x), shape)); // prettier-ignore
  const labels = Int32Array.from({ length: 32 }, (_, i) => i % 4);
  const pixels = Float32Array.from(random.normals(32 * 64));
  labels.forEach((corner, i) => (pixels[64 * i + [9, 14, 49, 54][corner]!]! += 4));
  const images = toTensor(ndarray(pixels, [32, 8, 8, 1]));
  const [filters, weights] = [normals([3, 3, 1, 4], 0.3).variable(), normals([64, 4], 0.1).variable()];
  const loss = crossEntropy();
  const logits = () => {
    const features = maxPool(relu(conv2d(images as never, filters as never, 1, 'same')), 2, 2, 'valid');
    return matMul(reshape(features, [32, 64]), weights);
  };
  const adam = train.adam(0.02);
  const losses: number[] = [];
  for (let step = 0; step < 30; step++) {
    const value: Tensor = tidy(() =>
      adam.minimize(() => loss(logits(), labels, { reduction: 'mean' }) as never, true)!,
    );
    losses.push((await value.data())[0]!);
    value.dispose();
  }
  return losses;
}

onEngines(['tensorflow'], () => {
  afterEach(async () => void (await useEngine('tensorflow')));

  it('is there, on the one copy of tfjs', () => expect(currentEngine()).toBe('tensorflow'));

  it('a convolutional network is trained step by step as on cpu', async () => {
    const got = await train30();
    expect(got.at(-1)).toBeLessThan(0.3 * got[0]!);
    await useEngine('cpu');
    const wanted = await train30();
    got.forEach((value, step) => expect(value).toBeCloseTo(wanted[step]!, 3));
  });
});
