import { DomainError, Random, ndarray } from '@surprisal/core';
import {
  type Scalar,
  type Tensor,
  adam,
  mean,
  memory,
  mul,
  neg,
  ones,
  oneHot,
  cast,
  logSoftmax,
  sum,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import { onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { trainSteps } from './train-steps.js';
import { type UNet, unet } from './unet.js';

const small = { channels: 1, width: 4, levels: 2 };

const noise = (batch: number, side: number, seed = 1): Tensor =>
  toTensor(ndarray(new Random(seed).normals(batch * side * side), [batch, side, side, 1]));

/** Cross-entropy of the pixels of bars, three pixels wide: only the middle line of each is of class 1. */
function barLoss(model: UNet, random: Random): Scalar {
  const middle = 2 + random.integer(12);
  const bars = (radius: number) =>
    Float32Array.from({ length: 256 }, (_, i) => (Math.abs((i % 16) - middle) <= radius ? 1 : 0));
  return tidy(() => {
    const logProbs = logSoftmax(model.call(toTensor(ndarray(bars(1), [1, 16, 16, 1]))));
    const classes = oneHot(toTensor(ndarray(Int32Array.from(bars(0)), [1, 16, 16]), 'int32'), 2);
    return neg(mean(sum(mul(cast(classes, 'float32'), logProbs), 3))) as Scalar;
  });
}

const values = (f: () => Tensor) => tidy(() => Array.from(f().dataSync()));

onEngines(['cpu', 'wasm'], () => {
  describe('unet', () => {
    it('gives logits of every pixel, at any number of levels and of classes', () => {
      for (const levels of [1, 2, 3]) {
        const model = unet({ channels: 3, classes: 5, width: 2, levels });
        expect(tidy(() => model.call(ones([2, 8, 12, 3])).shape)).toEqual([2, 8, 12, 5]);
        model.dispose();
      }
    });

    it('treats the images of a batch apart, and does not mind their contrast', () => {
      const model = unet(small);
      const [image, other] = [noise(1, 8), noise(1, 8, 2)];
      const alone = values(() => model.call(image));
      const beside = values(() => model.call(image.concat(other)));
      const stronger = values(() => model.call(mul(image, 3)));
      alone.forEach((logit, i) => {
        expect(beside[i]).toBeCloseTo(logit, 4);
        expect(stronger[i]).toBeCloseTo(logit, 3);
      });
      model.dispose();
    });

    it('has the weights of its seed, names them apart, and frees them when disposed of', () => {
      const image = noise(1, 8);
      const logits = (seed: number) => {
        const model = unet({ ...small, seed });
        const made = values(() => model.call(image));
        model.dispose();
        return made;
      };
      expect(logits(1)).toEqual(logits(1));
      expect(logits(1)).not.toEqual(logits(2));
      const before = memory().numTensors;
      const model = unet(small);
      values(() => model.call(image));
      expect(memory().numTensors - before).toBe(Object.keys(model.variables).length);
      model.dispose();
      expect(memory().numTensors).toBe(before);
    });

    it('refuses parameters out of range, and images that cannot be halved', () => {
      expect(() => unet({ width: 0 })).toThrow(
        new DomainError('unet: width must be a whole number of at least 1, got 0'),
      );
      const model = unet(small);
      expect(() => model.call(ones([1, 7, 8, 1]))).toThrow(
        new DomainError(
          'unet: images must be [batch, height, width, 1] with sides that are multiples of 2, got [1, 7, 8, 1]',
        ),
      );
      expect(() => model.call(ones([1, 8, 8, 3]))).toThrow(DomainError);
      model.dispose();
    });
  });
});

onEngines(['wasm'], () => {
  it('unet learns what no single pixel tells: which pixels of a bar are its middle line', async () => {
    const model = unet({ ...small, seed: 1 });
    const losses: number[] = [];
    const optimizer = adam({ learningRate: 0.02 });
    const cost = (step: number) => barLoss(model, new Random(1).split('bar', step));
    for await (const { loss } of trainSteps({ model, optimizer, cost, steps: 100 })) losses.push(loss);
    const bySinglePixels = (3 / 16) * (Math.log(3) - (2 / 3) * Math.LN2); // a third of the bar is its middle
    expect(losses[0]!).toBeGreaterThan(bySinglePixels);
    expect(losses.at(-1)!).toBeLessThan(bySinglePixels / 2);
    model.dispose();
  });
});
