import { Random, ndarray } from '@surprisal/core';
import { type Tensor, layers, reverse, sequential, sum, tidy, toTensor, transpose } from '@surprisal/core/tensor';
import { expectNoLeak, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bettiError, localBettiError } from './betti-error.js';
import { clDice } from './cl-dice.js';
import { dice } from './dice.js';
import { boundary, rectifiedDepths, regionWise } from './distance-maps.js';
import { hausdorff } from './hausdorff.js';
import { pixelCrossEntropy } from './pixel-cross-entropy.js';
import { type SegmentationLoss, weightedSum } from './segmentation-loss.js';
import { skeletonRecall } from './skeleton-recall.js';
import { softClDice } from './soft-cl-dice.js';
import { softSkeleton } from './soft-skeleton.js';
import { persistenceLoss, topoLoss } from './topo-loss.js';
import { bettiNumbers } from './topology/components.js';
import { ceDice, softDice, tversky } from './tversky.js';
import { warpingLoss } from './warping-loss.js';

const picture = (...rows: string[]) => rows.map((row) => Array.from(row, (pixel) => (pixel === '#' ? 1 : 0)));
const cross = picture('........', '..#.....', '..#.....', '.######.', '..#..#..', '..####..', '........', '........');
/** Log-odds that are sure of a mask. */
const sure = (mask: number[][]) => mask.map((row) => row.map((pixel) => 40 * pixel - 20));
const valueOf = (tensor: Tensor) => tensor.dataSync()[0]!;

/** Log-odds of two images and their masks, no two numbers alike. */
const batches = fc.integer().map((seed) => {
  const random = new Random(seed);
  return {
    odds: ndarray(random.normals(2 * 64, 0, 2), [2, 8, 8]),
    mask: ndarray(
      Int32Array.from(random.uniforms(2 * 64), (u) => (u < 0.4 ? 1 : 0)),
      [2, 8, 8],
    ),
  };
});

onEngines(['cpu', 'wasm'], () => {
  describe('losses of a perfect prediction', () => {
    const at = (loss: SegmentationLoss) => valueOf(loss([sure(cross)], [cross]));
    it('are at their least', () => {
      expect(at(pixelCrossEntropy())).toBeCloseTo(0, 6);
      expect(at(softDice())).toBeCloseTo(-1, 5);
      expect(at(tversky())).toBeCloseTo(-1, 5);
      expect(at(ceDice())).toBeCloseTo(-1, 5);
      expect(at(softClDice({ alpha: 1 }))).toBeCloseTo(0, 5);
      expect(at(skeletonRecall())).toBeCloseTo(-1, 5);
      expect(at(topoLoss())).toBeCloseTo(0, 5);
      expect(at(warpingLoss())).toBeCloseTo(-1, 5);
      expect(at(softClDice({ alpha: 0 }))).toBeCloseTo(at(softDice()), 6);
    });
  });

  describe('losses', () => {
    const losses = [
      pixelCrossEntropy(),
      softDice(),
      ceDice(),
      tversky(),
      softClDice(),
      regionWise(),
      boundary(),
      topoLoss(),
    ];
    it('do not mind turns and flips of image and mask, but for those that thin or warp', () => {
      fc.assert(
        fc.property(batches, ({ odds, mask }) => {
          for (const loss of losses) {
            const turned = (f: (x: Tensor) => Tensor) =>
              valueOf(tidy(() => loss(f(toTensor(odds)), f(toTensor(mask, 'int32')))));
            const plain = turned((x) => x);
            const same = (value: number) =>
              expect(Math.abs(value - plain), loss.method).toBeLessThan(2e-5 * (1 + Math.abs(plain)));
            same(turned((x) => reverse(x, 1)));
            same(turned((x) => transpose(x, [0, 2, 1])));
            same(turned((x) => reverse(transpose(x, [0, 2, 1]), 1)));
          }
        }),
        { numRuns: 15 },
      );
    });

    it('of Tversky with equal weights of a half are those of Dice', () => {
      fc.assert(
        fc.property(batches, ({ odds, mask }) => {
          const half = tversky({ alpha: 0.5, beta: 0.5, smooth: 5e-6 });
          expect(valueOf(half(odds, mask))).toBe(valueOf(softDice()(odds, mask)));
        }),
        { numRuns: 10 },
      );
    });

    it('of Dice count a class that is neither there nor predicted as found, of recall too', () => {
      expect(valueOf(softDice()([[[-50, -50]]], [[[0, 0]]]))).toBeCloseTo(-1, 6);
      expect(valueOf(skeletonRecall()([[[-50, -50]]], [[[0, 0]]]))).toBeCloseTo(-1, 6);
    });

    it('with a waiting term are what they are without it, until its time', () => {
      const loss = [sure(cross).map((row) => row.map((odds) => odds / 30))];
      const mask = [picture(...Array<string>(8).fill('##......'))];
      const early = { progress: 0.69 };
      expect(valueOf(topoLoss()(loss, mask, early))).toBe(valueOf(pixelCrossEntropy()(loss, mask)));
      expect(valueOf(warpingLoss()(loss, mask, early))).toBe(valueOf(softDice()(loss, mask)));
      expect(valueOf(topoLoss()(loss, mask, { progress: 0.7 }))).toBeGreaterThan(
        valueOf(pixelCrossEntropy()(loss, mask)),
      );
      expect(valueOf(warpingLoss()(loss, mask))).toBeGreaterThan(valueOf(softDice()(loss, mask)));
    });

    it('add up with weights', () => {
      const loss = weightedSum([
        [ceDice(), 1],
        [boundary(), 0.01],
      ]);
      expect(loss.method).toBe('ce-dice + 0.01 boundary');
      const odds = [[[1, -2, 0.5]]];
      const mask = [[[1, 0, 0]]];
      const parts = valueOf(ceDice()(odds, mask)) + 0.01 * valueOf(boundary()(odds, mask));
      expect(valueOf(loss(odds, mask))).toBeCloseTo(parts, 6);
      expectNoLeak(() => loss(odds, mask));
    });

    it('have for three classes the mean over the foreground ones', () => {
      const random = new Random(1);
      const logits = ndarray(random.normals(3 * 36), [1, 6, 6, 3]);
      const mask = ndarray(
        Int32Array.from({ length: 36 }, () => random.integer(3)),
        [1, 6, 6],
      );
      // with the third class impossible, what is left of two classes is halved
      const two = ndarray(
        logits.data.map((value, i) => (i % 3 === 2 ? -1e9 : value)),
        logits.shape,
      );
      const odds = ndarray(
        Float32Array.from({ length: 36 }, (_, i) => logits.data[3 * i + 1]! - logits.data[3 * i]!),
        [1, 6, 6],
      );
      const binary = ndarray(
        mask.data.map((label) => (label === 1 ? 1 : 0)),
        mask.shape,
      );
      expect(valueOf(boundary()(two, binary))).toBeCloseTo(valueOf(boundary()(odds, binary)) / 2, 5);
      expect(valueOf(softClDice()(logits, mask))).toSatisfy(Number.isFinite);
    });
  });

  describe('the soft skeleton', () => {
    it('of lines of one pixel is the line, and of nothing nothing', () => {
      const line = picture('.......', '.#####.', '.......');
      const diagonal = picture('#....', '.#...', '..#..', '...#.', '....#');
      for (const image of [line, diagonal]) expect(Array.from(softSkeleton([image]).dataSync())).toEqual(image.flat());
      expect(valueOf(tidy(() => sum(softSkeleton([picture('...', '...')]))))).toBe(0);
    });

    it('lies between 0 and 1, for any number of erosions', () => {
      const maps = fc.integer().map((seed) => ndarray(new Random(seed).uniforms(50), [2, 5, 5]));
      fc.assert(
        fc.property(maps, fc.integer({ min: 0, max: 4 }), (map, iterations) => {
          const values = softSkeleton(map, iterations).dataSync();
          expect(values.every((value) => value >= 0 && value <= 1 + 1e-6)).toBe(true);
        }),
        { numRuns: 25 },
      );
      expect(() => softSkeleton([[[1]]], -1)).toThrow(/iterations must be a whole number from 0 on, got -1/);
      expect(() => softSkeleton([[1]])).toThrow(/maps must be \[batch, height, width\], got \[1, 1\]/);
      expectNoLeak(() => softSkeleton([[[1, 0]]]));
    });
  });

  describe('persistent homology as a loss', () => {
    it('is 0 for the right number of sure components and holes, and where nothing lives long', () => {
      expect(valueOf(persistenceLoss(cross, [1, 1]))).toBe(0);
      expect(valueOf(persistenceLoss(picture('#.#', '#.#'), [2, 0]))).toBe(0);
      expect(valueOf(persistenceLoss([[0.5, 0.5], [0.5, 0.5]], [1, 0]))).toBeCloseTo(0.25 / 4, 6); // prettier-ignore
      expect(valueOf(persistenceLoss([[0.01, 0.02]], [0, 0]))).toBe(0);
    });

    it('pulls together what should be one, by the gap between', () => {
      const found = [0.2, 0.3].map((gap) => valueOf(persistenceLoss([[0.9, gap, 0.8]], [1, 0])));
      expect(found[1]!).toBeLessThan(found[0]!);
    });

    it('refuses what is no image, and leaves no tensors', () => {
      expect(() => persistenceLoss([1], [1, 0])).toThrow(/probabilities must be \[height, width\], got \[1\]/);
      expect(() => persistenceLoss([[NaN]], [1, 0])).toThrow(/probabilities must be finite, got NaN/);
      expectNoLeak(() => persistenceLoss(cross, [2, 3]));
    });

    it('looks at patches on their own', () => {
      const [left, right] = [sure(picture('#.#.')), sure(picture('#.#.'))];
      const whole = valueOf(topoLoss({ patch: 4 })([left], [picture('###.')]));
      const halves = valueOf(topoLoss({ patch: 2 })([right], [picture('###.')]));
      expect(whole).not.toBeCloseTo(halves, 3);
    });
  });

  describe('a model with one logit', () => {
    it('is compiled with masks of one channel', async () => {
      const model = sequential({
        layers: [layers.conv2d({ filters: 1, kernelSize: 3, padding: 'same', inputShape: [8, 8, 1] })],
      });
      model.compile({ optimizer: 'adam', loss: softClDice().keras });
      const images = toTensor([cross]).reshape([1, 8, 8, 1]);
      const { history } = await model.fit(images, images, { epochs: 40, verbose: 0 });
      expect(history.loss!.at(-1)).toBeLessThan(history.loss![0] as number);
    });
  });
});

describe('metrics', () => {
  const [empty, full] = [picture('...', '...', '...'), picture('###', '###', '###')];

  it('of a perfect prediction are perfect', () => {
    expect([dice, clDice].map((metric) => metric()(cross, cross)[0])).toEqual([1, 1]);
    expect([bettiError, localBettiError, hausdorff].map((metric) => metric()(cross, cross)[0])).toEqual([0, 0, 0]);
  });

  it('have limits where a mask is empty', () => {
    expect(clDice()(empty, empty)[0]).toBe(0);
    expect(clDice()(empty, full)[0]).toBe(0);
    expect(hausdorff()(empty, full)[0]).toBe(Infinity);
    expect(hausdorff()(full, empty)[0]).toBe(Infinity);
    expect(hausdorff({ emptyDistance: 9999999 })(empty, full)[0]).toBe(9999999);
    expect(dice()(empty, empty)[0]).toBe(1);
    expect(bettiError()(empty, full)[0]).toBe(1);
    expect(bettiError({ dimension: 1 })(empty, full)[0]).toBe(0);
  });

  it('of windows see errors that would make up for each other', () => {
    const [two, other] = [picture('#.#.', '....', '....', '....'), picture('....', '....', '....', '#.#.')];
    expect(bettiError()(two, other)[0]).toBe(0);
    expect(localBettiError({ window: 2 })(two, other)[0]).toBe(1);
    expect(localBettiError({ window: 4 })(two, other)[0]).toBe(bettiError()(two, other)[0]);
    expect(bettiNumbers(two)).toEqual([2, 0]);
  });

  it('of distances are the largest at 100 percent', () => {
    expect(hausdorff({ percentile: 100 })(picture('#....#'), picture('#.....'))[0]).toBe(5);
    expect(hausdorff({ percentile: 50 })(picture('#....#'), picture('#.....'))[0]).toBe(0);
  });
});

describe('distance maps', () => {
  it('of a class that is not there are 1, of one that is everywhere -1', () => {
    expect(Array.from(rectifiedDepths(ndarray(Int32Array.of(0, 0), [1, 2])).data)).toEqual([1, 1]);
    expect(Array.from(rectifiedDepths(ndarray(Int32Array.of(1, 1), [1, 2])).data)).toEqual([-1, -1]);
  });
});
