import { DomainError, ShapeError, ndarray } from '@surprisal/core';
import { type EngineName, type Tensor, gradientsOf, sum, toTensor } from '@surprisal/core/tensor';
import { expectNoLeak, labels, logits, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generalizedCrossEntropy } from './comp-sum.js';
import { truncatedGce } from './noise-robust.js';
import { prunedGce } from './pruned-gce.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());

/** Three examples that are sure of class 0, of which the second has another label. */
const scores = [
  [3, 0],
  [3, 0],
  [2, 0],
];
const classes = [0, 1, 0];
const sampleIds = [2, 0, 1];

onEngines(engines, () => {
  describe('pruned-gce', () => {
    it('is generalized cross-entropy before the first pruning, and truncated right after one', () => {
      fc.assert(
        fc.property(logits(4, 3), labels(4, 3), (h, target) => {
          const loss = prunedGce({ q: 0.6, k: 0.3, numSamples: 4 });
          const options = { sampleIds: [3, 1, 0, 2] };
          const all = values(loss(h, target, options));
          values(generalizedCrossEntropy({ alpha: 0.6 })(h, target)).forEach((value, i) =>
            expect(all[i]).toBeCloseTo(value, 5),
          );
          loss.prune(h, target, options.sampleIds);
          const pruned = values(loss(h, target, options));
          values(truncatedGce({ q: 0.6, k: 0.3 })(h, target)).forEach((value, i) =>
            expect(pruned[i]).toBeCloseTo(value, 5),
          );
          loss.memory.reset();
        }),
        { numRuns: 30 },
      );
    });

    it('alternates: neither a pruning nor a step along the gradient makes it larger', () => {
      fc.assert(
        fc.property(logits(4, 3), labels(4, 3), (h, target) => {
          const loss = prunedGce({ numSamples: 4 });
          const options = { sampleIds: [0, 1, 2, 3], reduction: 'sum' } as const;
          let [x, last] = [h, values(loss(h, target, options))[0]!];
          for (let round = 0; round < 3; round++) {
            loss.prune(x, target, options.sampleIds);
            const pruned = values(loss(x, target, options))[0]!;
            expect(pruned).toBeLessThanOrEqual(last + 1e-5);
            const gradient = values(gradientsOf((z) => loss(z!, target, options), [toTensor(x)]).gradients[0]!);
            x = ndarray(
              Float32Array.from(x.data, (value, i) => value - 0.5 * gradient[i]!),
              [4, 3],
            );
            last = values(loss(x, target, options))[0]!;
            expect(last).toBeLessThanOrEqual(pruned + 1e-5);
          }
          loss.memory.reset();
        }),
        { numRuns: 20 },
      );
    });

    it('between prunings, teaches what is kept however improbable, and nothing that is dropped', () => {
      const loss = prunedGce({ numSamples: 3 });
      loss.prune(scores, classes, sampleIds);
      const later = [
        [0, 2],
        [0, 2],
        [0, 2],
      ];
      const { gradients } = gradientsOf((h) => sum(loss(h!, classes, { sampleIds })), [toTensor(later)]);
      const [first, second, third] = [0, 1, 2].map((i) => Math.abs(values(gradients[0]!)[2 * i]!));
      expect(first).toBeGreaterThan(0.1);
      expect(second).toBe(0);
      expect(third).toBeGreaterThan(0.1);
      loss.memory.reset();
    });

    it('changes its mind where it is asked again, and only there', async () => {
      const loss = prunedGce({ numSamples: 3 });
      expect(Array.from((await loss.kept()).data)).toEqual([1, 1, 1]);
      loss.prune(scores, classes, sampleIds);
      expect(Array.from((await loss.kept()).data)).toEqual([0, 1, 1]);
      loss.prune([[0, 3]], [1], [0]);
      expect(Array.from((await loss.kept()).data)).toEqual([1, 1, 1]);
      loss.memory.reset();
    });

    it('goes on from its memory, in which all are kept after a reset', async () => {
      const [loss, other] = [prunedGce({ numSamples: 3 }), prunedGce({ numSamples: 3 })];
      loss.prune(scores, classes, sampleIds);
      other.memory.write(await loss.memory.read());
      expect(values(other(scores, classes, { sampleIds }))).toEqual(values(loss(scores, classes, { sampleIds })));
      other.memory.reset();
      expect(Array.from((await other.kept()).data)).toEqual([1, 1, 1]);
      loss.memory.reset();
    });

    it('leaves no tensors behind but which examples are kept', () => {
      const loss = prunedGce({ numSamples: 3 });
      loss.prune(scores, classes, sampleIds);
      expectNoLeak(() => loss(scores, classes, { sampleIds, reduction: 'mean' }));
      expectNoLeak(() => (loss.prune(scores, classes, sampleIds), toTensor(0)));
      loss.memory.reset();
    });

    it('refuses ids that are not of the training set, in one line, and prunes nothing then', async () => {
      const loss = prunedGce({ numSamples: 2 });
      const error = new DomainError('pruned-gce: sampleIds must be from 0 to 1, got 2; set numSamples');
      expect(() => loss(scores, classes, { sampleIds })).toThrow(error);
      expect(() => loss.prune(scores, classes, sampleIds)).toThrow(error);
      expect(() => loss.prune(scores, classes, [0])).toThrow(
        new ShapeError('pruned-gce: sampleIds must be [batch] with batch = 3, got [1]'),
      );
      expect(() => loss.prune([[NaN, 0]], [0], [0])).toThrow(/pruned-gce: logits must be numbers below Infinity/);
      expect(() => loss([[NaN, 0]], [0], { sampleIds: [0] })).toThrow(/got NaN in row 0/);
      expect(Array.from((await loss.kept()).data)).toEqual([1, 1]);
    });
  });
});
