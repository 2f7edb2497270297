import { type AnyMethod, DomainError, type NdArray, ShapeError, ndarray } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  gradientsOf,
  layers,
  oneHot,
  sequential,
  sub,
  tidy,
  toTensor,
  unstack,
} from '@surprisal/core/tensor';
import { expectGradient, expectNoLeak, extremeLogits, labels, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import plugin from './plugin.js';
import type { SegmentationLoss } from './segmentation-loss.js';

/** Every loss must pass these; it joins by being in the plugin's list. */
const losses = plugin.methods.filter(
  ({ info }) => info.kind === 'segmentation-loss',
) as readonly AnyMethod<'segmentation-loss'>[];
/** As every metric. */
const metrics = plugin.methods.filter(
  ({ info }) => info.kind === 'segmentation-metric',
) as readonly AnyMethod<'segmentation-metric'>[];

const shape = [2, 6, 6, 2];
/** No two alike: at ties of a maximum, differences do not show the gradient. */
const scores = ndarray(
  Float64Array.from({ length: 144 }, (_, i) => 1.5 * Math.sin(3.1 * i + 0.01 * i ** 2)),
  shape,
);
/** A ring with a hole, a diagonal line. */
const masks = [
  ['......', '.####.', '.#..#.', '.#..#.', '.####.', '......'],
  ['#.....', '.#....', '..#...', '...##.', '....##', '.....#'],
].map((image) => image.map((row) => Array.from(row, (pixel) => (pixel === '#' ? 1 : 0))));

const value = (tensor: Tensor): number => {
  const [first] = tensor.dataSync();
  expect(tensor.shape).toEqual([]);
  return first!;
};
const gradientAt = (loss: SegmentationLoss, logits: TensorLike, target: TensorLike): number[] =>
  tidy(() => Array.from(gradientsOf((h) => loss(h!, target), [toTensor(logits)]).gradients[0]!.dataSync()));

const filled = (size: readonly number[], of: number): NdArray<Int32Array> =>
  ndarray(new Int32Array(size.reduce((a, b) => a * b, 1)).fill(of), size);

describe.each(losses.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  const loss: SegmentationLoss = method();

  onEngines(['cpu', 'wasm'], () => {
    it('gives one finite number, the same every time', () => {
      const once = value(loss(scores, masks));
      expect(once).toSatisfy(Number.isFinite);
      expect(value(loss(scores, masks))).toBe(once);
    });

    it('takes one-hot masks for class indices, and log-odds for the logits of two classes', () => {
      const once = value(loss(scores, masks));
      const close = (other: Tensor) => expect(value(other)).toBeCloseTo(once, 4);
      close(tidy(() => loss(scores, oneHot(toTensor(masks, 'int32'), 2))));
      const odds = tidy(() => {
        const [background, foreground] = unstack(toTensor(scores), 3);
        return sub(foreground!, background!);
      });
      close(loss(odds, masks));
      close(tidy(() => loss(odds.reshape([2, 6, 6, 1]), toTensor(masks).reshape([2, 6, 6, 1]))));
    });

    it('has the gradient that differences show', async () => {
      const ring = masks[0]!.slice(1, 5).map((row) => row.slice(1, 6));
      const logits = ndarray(scores.data.slice(0, 40), [1, 4, 5, 2]);
      await expectGradient((h) => loss(h, [ring]), [logits], { step: 5e-3, absolute: 3e-3, relative: 2e-2 });
    });

    it('is smaller for a prediction that is right than for one that is wrong', () => {
      const right = tidy(() => toTensor(masks).mul(20).sub(10));
      expect(value(loss(right, masks))).toBeLessThan(value(tidy(() => loss(right.neg(), masks))));
    });

    it('gives a limit and no NaN for extreme logits, nor does its gradient', () => {
      fc.assert(
        fc.property(extremeLogits(16, 2), labels(1, 16), (batch, target) => {
          const logits = ndarray(batch.data, [1, 4, 4, 2]);
          const mask = ndarray(
            Int32Array.from({ length: 16 }, (_, i) => ((i * 7 + target[0]!) % 5 < 2 ? 1 : 0)),
            [1, 4, 4],
          );
          expect(value(loss(logits, mask))).not.toBeNaN();
          expect(gradientAt(loss, logits, mask).some(Number.isNaN)).toBe(false);
        }),
        { numRuns: 40 },
      );
    });

    it('takes a class that is masked by -Infinity', () => {
      const logits = [[[0.5, -Infinity], [-Infinity, 1]], [[0.1, 0.2], [0, 1]]]; // prettier-ignore
      expect(value(loss([logits], [[[0, 1], [1, 1]]]))).not.toBeNaN(); // prettier-ignore
      expect(gradientAt(loss, [logits], [[[0, 1], [1, 1]]]).some(Number.isNaN)).toBe(false); // prettier-ignore
    });

    it('takes empty and full masks, images of one pixel, and three classes', () => {
      for (const of of [0, 1]) {
        expect(value(loss(scores, filled([2, 6, 6], of)))).toSatisfy(Number.isFinite);
        expect(value(loss([[[[0.3, -0.2]]]], [[[of]]]))).toSatisfy(Number.isFinite);
        expect(gradientAt(loss, [[[[0.3, -0.2]]]], [[[of]]]).every(Number.isFinite)).toBe(true);
      }
      const three = ndarray(scores.data, [2, 6, 4, 3]);
      const target = ndarray(Int32Array.from({ length: 48 }, (_, i) => (i >> 2) % 3), [2, 6, 4]); // prettier-ignore
      expect(value(loss(three, target))).toSatisfy(Number.isFinite);
      expect(gradientAt(loss, three, target).every(Number.isFinite)).toBe(true);
    });

    it('takes soft masks', () => {
      const soft = ndarray(Float32Array.from({ length: 144 }, (_, i) => (i % 2 === 0 ? 0.3 : 0.7)), shape); // prettier-ignore
      expect(value(loss(scores, soft))).toSatisfy(Number.isFinite);
    });

    it('leaves no tensors behind', () => {
      expectNoLeak(() => loss(scores, masks));
      expectNoLeak(() => void gradientAt(loss, scores, masks));
    });

    it('trains in model.compile', async () => {
      const model = sequential({
        layers: [layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', inputShape: [6, 6, 1] })],
      });
      model.compile({ optimizer: 'adam', loss: loss.keras });
      const images = toTensor(masks).reshape([2, 6, 6, 1]);
      const target = oneHot(toTensor(masks, 'int32'), 2).toFloat();
      const { history } = await model.fit(images, target, { epochs: 60, verbose: 0 });
      const course = history.loss as number[];
      expect(course.at(-1)!).toBeLessThan(course[0]!);
    });

    it('refuses bad input with one line that says what was expected', () => {
      const name = method.info.name;
      expect(() => loss([1, 2, 3], [0])).toThrow(ShapeError);
      expect(() => loss([[[1, 2]]], [[[0]]])).toThrow(
        new ShapeError(`${name}: masks must be [1, 1, 2] class indices or [1, 1, 2, 2] probabilities, got [1, 1, 1]`),
      );
      expect(() => loss([[[1, 2]]], [[[0, 2]]])).toThrow(
        new DomainError(`${name}: masks must be whole numbers from 0 to 1, got 2 at index 1`),
      );
      expect(() => loss([[[[1, 2]]]], [[[[0.5, 0.2]]]])).toThrow(/sum 1 within 1e-3, got 0.5, 0.2 in pixel 0/);
      expect(() => loss([[[1, NaN]]], [[[0, 1]]])).toThrow(/got NaN in pixel 1/);
      expect(() => loss([[[1, Infinity]]], [[[0, 1]]])).toThrow(/got Infinity in pixel 1/);
      expect(() => loss([[[[-Infinity, -Infinity]]]], [[[1]]])).toThrow(/got no finite logit in pixel 0/);
      expect(() => loss(scores, masks, { progress: 2 })).toThrow(/progress must be from 0 to 1, got 2/);
    });
  });

  it('refuses parameters that are unknown', () => {
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});

describe.each(metrics.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  const metric = method();
  const pixels = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 48, maxLength: 48 });
  const image = pixels.map((data) => ndarray(Int32Array.from(data), [6, 8]));

  it('is best for equal masks, empty and full ones too', () => {
    fc.assert(
      fc.property(fc.oneof(image, fc.constantFrom(filled([6, 8], 0), filled([6, 8], 1))), (mask) => {
        if (method.info.name === 'cl-dice' && !mask.data.includes(1)) return; // there is no skeleton
        expect(metric(mask, mask)[0]).toBeCloseTo(metric.better === 'higher' ? 1 : 0, 12);
      }),
    );
  });

  it('does not mind which of two masks is the prediction', () => {
    fc.assert(
      fc.property(image, image, (a, b) => {
        expect(metric(a, b)[0]).toBeCloseTo(metric(b, a)[0]!, 12);
        expect(metric(a, b)[0]).not.toBeNaN();
      }),
    );
  });

  it('of a batch is one number for each image', () => {
    fc.assert(
      fc.property(image, image, (a, b) => {
        const batch = (first: typeof a, second: typeof a) => ndarray(Int32Array.from([...first.data, ...second.data]), [2, 6, 8]); // prettier-ignore
        expect(metric(batch(a, b), batch(b, b))).toEqual(Float64Array.of(metric(a, b)[0]!, metric(b, b)[0]!));
      }),
    );
  });

  it('takes images of one pixel', () => {
    expect(metric([[1]], [[0]])[0]).not.toBeNaN();
    expect(metric([[1]], [[1]])[0]).toBe(metric.better === 'higher' ? 1 : 0);
  });

  it('refuses bad input with one line that says what was expected', () => {
    expect(() => metric([1, 0], [1, 0])).toThrow(
      new ShapeError(`${method.info.name}: predictions must be [height, width] or [batch, height, width], got [2]`),
    );
    expect(() => metric([[1, 0]], [[1], [0]])).toThrow(/masks must be as large as the predictions, \[1, 2\], got/);
    expect(() => metric([[0.7]], [[1]])).toThrow(
      /predictions must be 0 and 1, got 0.7 at index 0; threshold probabilities first/,
    );
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});
