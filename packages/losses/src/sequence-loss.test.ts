import { type AnyMethod, DomainError, ShapeError, ndarray } from '@surprisal/core';
import { type EngineName, type Tensor, gradientsOf, sum, tidy, toTensor } from '@surprisal/core/tensor';
import { expectGradient, expectNoLeak, extremeLogits, labels, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import plugin from './plugin.js';

/** Every loss of sequences must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(
  ({ info }) => info.kind === 'sequence-loss',
) as readonly AnyMethod<'sequence-loss'>[];

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());
const scores = [
  [
    [1, 0, -0.5],
    [0.2, 2, 0],
    [0.5, -1, 1],
  ],
  [
    [0, 0.3, 0.4],
    [-1, 0, 2],
    [1.5, 0.1, 0],
  ],
];
const tokens = [
  [0, 1, 1],
  [2, 2, 0],
];

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (name, method) => {
  onEngines(engines, () => {
    const loss = method();

    it('gives one loss per sequence, at least 0, each on its own', () => {
      const each = values(loss(scores, tokens));
      expect(each).toHaveLength(2);
      each.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(values(loss([scores[i]!], [tokens[i]!]))[0]).toBeCloseTo(value, 5);
      });
    });

    it('has the gradient that differences show, with rows over the vocabulary that sum to 0', async () => {
      const h = ndarray(Float64Array.from(scores.flat(2)), [2, 3, 3]);
      await expectGradient((x) => loss(x, tokens), [h]);
      const { gradients } = gradientsOf((x) => sum(loss(x, tokens)), [toTensor(h)]);
      tidy(() => values(sum(gradients[0]!, 2))).forEach((total) => expect(total).toBeCloseTo(0, 5));
    });

    it('does not change when all logits of a position move together', () => {
      const moved = scores.map((sequence) => sequence.map((row, t) => row.map((value) => value + 3 * t - 1)));
      const each = values(loss(scores, tokens));
      values(loss(moved, tokens)).forEach((value, i) => expect(value).toBeCloseTo(each[i]!, 4));
    });

    it('gives a limit and no NaN for extreme logits, nor does its gradient', () => {
      fc.assert(
        fc.property(extremeLogits(3, 4), labels(1, 4), labels(1, 4), labels(1, 4), (h, [a], [b], [c]) => {
          const one = ndarray(h.data, [1, 3, 4]);
          const { value, gradients } = gradientsOf((x) => sum(loss(x, [[a!, b!, c!]])), [toTensor(one)]);
          expect([...values(value), ...values(gradients[0]!)].some(Number.isNaN)).toBe(false);
        }),
        { numRuns: 40 },
      );
    });

    it('reduces, weighs, cuts to lengths and leaves empty sequences out', () => {
      const each = values(loss(scores, tokens));
      expect(values(loss(scores, tokens, { reduction: 'sum' }))[0]).toBeCloseTo(each[0]! + each[1]!, 5);
      expect(values(loss(scores, tokens, { reduction: 'mean' }))[0]).toBeCloseTo((each[0]! + each[1]!) / 2, 5);
      const weighted = loss(scores, tokens, { reduction: 'mean', weights: [3, 1] });
      expect(values(weighted)[0]).toBeCloseTo((3 * each[0]! + each[1]!) / 4, 5);
      const some = { targetLengths: [3, 0] };
      expect(values(loss(scores, tokens, some))).toEqual([expect.closeTo(each[0]!, 5), 0]);
      expect(values(loss(scores, tokens, { ...some, reduction: 'mean' }))[0]).toBeCloseTo(each[0]!, 5);
      const none = loss(scores, tokens, { targetLengths: [0, 0], reduction: 'mean' });
      expect(values(none)[0]).toBe(0);
    });

    it('does not look at tokens behind the length', () => {
      const cut = values(loss(scores, tokens, { targetLengths: [2, 3] }));
      const other = [
        [0, 1, 77],
        [2, 2, 0],
      ];
      values(loss(scores, other, { targetLengths: [2, 3] })).forEach((value, i) =>
        expect(value).toBeCloseTo(cut[i]!, 6),
      );
    });

    it('leaves no tensors behind', () => {
      expectNoLeak(() => loss(scores, tokens, { reduction: 'mean', targetLengths: [2, 3] }));
    });

    it('refuses bad input with one line that says what was expected', () => {
      expect(() => loss(scores[0]!, tokens)).toThrow(
        new ShapeError(`${name}: logits must be [batch, positions, vocabulary], got [3, 3]`),
      );
      expect(() => loss(scores, [tokens[0]!])).toThrow(
        new ShapeError(`${name}: tokens must be [batch, length] with batch = 2, got [1, 3]`),
      );
      expect(() => loss([scores[0]!], [[0, 1, 3]])).toThrow(
        new DomainError(`${name}: tokens must be whole numbers from 0 to 2, got 3`),
      );
      expect(() => loss(scores, tokens, { targetLengths: [4, 0] })).toThrow(
        new DomainError(`${name}: targetLengths must be whole numbers from 0 to 3, got 4`),
      );
      expect(() => loss([[[NaN, 0]]], [[0]])).toThrow(DomainError);
      expect(() => loss(scores, tokens, { weights: [1] })).toThrow(ShapeError);
    });
  });
});
