import { type NdArray, ndarray } from '@surprisal/core';
import { type EngineName, type Tensor, gradientsOf, sum, toTensor } from '@surprisal/core/tensor';
import { expectGradient, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bagOfNgrams } from './bag-of-n-grams.js';
import { lossTruncation } from './loss-truncation.js';
import { tokenCrossEntropy } from './sequence-cross-entropy.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());
const valueOf = (tensor: Tensor) => values(tensor)[0]!;
const runs = { numRuns: 40 };

/** Logits of a sequence and a reference of another length, over three tokens, and an order that fits both. */
const cases = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([positions, length]) =>
  fc.record({
    logits: fc.array(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 3, maxLength: 3 }), {
      minLength: positions,
      maxLength: positions,
    }),
    tokens: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: length, maxLength: length }),
    n: fc.integer({ min: 1, max: Math.min(positions, length) }),
  }),
);

/** `Σ |c(g) - e(g)|` over all n-grams of three tokens, by its number of n-grams. */
function exactDifference(logits: readonly (readonly number[])[], tokens: readonly number[], n: number): number {
  const probabilities = logits.map((row) => {
    const mass = row.reduce((total, x) => total + Math.exp(x), 0);
    return row.map((x) => Math.exp(x) / mass);
  });
  const [places, grams] = [logits.length - n + 1, tokens.length - n + 1];
  let total = 0;
  for (let code = 0; code < 3 ** n; code++) {
    const gram = Array.from({ length: n }, (_, j) => Math.floor(code / 3 ** j) % 3);
    const counts = (count: number, at: (t: number, j: number) => number) =>
      Array.from({ length: count }, (_, t) => gram.reduce((product, _, j) => product * at(t, j), 1)).reduce((a, b) => a + b, 0); // prettier-ignore
    const expected = counts(places, (t, j) => probabilities[t + j]![gram[j]!]!);
    total += Math.abs(expected - counts(grams, (t, j) => (tokens[t + j] === gram[j] ? 1 : 0)));
  }
  return total / (places + grams);
}

onEngines(engines, () => {
  describe('the difference of bags of n-grams', () => {
    it('is the sum over all n-grams by its definition, for outputs and references of any lengths', () => {
      fc.assert(
        fc.property(cases, ({ logits, tokens, n }) => {
          expect(valueOf(bagOfNgrams({ n })([logits], [tokens]))).toBeCloseTo(exactDifference(logits, tokens, n), 5);
        }),
        runs,
      );
    });

    it('has the gradient that differences show, of an n-gram that is expected too often as well', async () => {
      const often = ndarray(Float64Array.from([3, 0, 0, 2.5, 0.2, 0, 2, 0, 0.5, 0.1, 1, 0]), [1, 4, 3]);
      for (const n of [1, 2, 3]) await expectGradient((h) => bagOfNgrams({ n })(h, [[0, 1, 0, 2]]), [often]);
    });

    it('is 0 for a sure output with the same n-grams, in another order too, and 1 for one without any', () => {
      const sure = (tokens: number[]) => [tokens.map((token) => [0, 1, 2].map((k) => (k === token ? 99 : 0)))];
      expect(valueOf(bagOfNgrams({ n: 1 })(sure([2, 0, 0, 1]), [[0, 1, 0, 2]]))).toBe(0);
      expect(valueOf(bagOfNgrams({ n: 2 })(sure([1, 0, 2, 1]), [[0, 2, 1, 0]]))).toBe(0);
      expect(valueOf(bagOfNgrams({ n: 2 })(sure([2, 2, 2, 2]), [[0, 1, 0, 2]]))).toBe(1);
    });

    it('does not see what comes after the lengths, and takes the whole of a shorter sequence', () => {
      fc.assert(
        fc.property(cases, ({ logits, tokens, n }) => {
          const alone = valueOf(bagOfNgrams({ n })([logits], [tokens]));
          const padded = [...logits, [9, 0, 0], [0, 9, 0]];
          const lengths = { outputLengths: [logits.length], targetLengths: [tokens.length] };
          expect(valueOf(bagOfNgrams({ n })([padded], [[...tokens, 7]], lengths))).toBeCloseTo(alone, 5);
        }),
        runs,
      );
      const h = [[[1, 0, 0], [0, 2, 0], [0, 0, 1]]]; // prettier-ignore
      const ofTwo = valueOf(bagOfNgrams({ n: 2 })(h, [[0, 1]]));
      expect(valueOf(bagOfNgrams({ n: 3 })(h, [[0, 1]]))).toBeCloseTo(ofTwo, 6);
      expect(valueOf(bagOfNgrams({ n: 3 })(h, [[0, 1, 2]], { targetLengths: [2] }))).toBeCloseTo(ofTwo, 6);
    });
  });

  describe('loss truncation', () => {
    const batch = fc
      .array(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 9 })
      .map((rows): NdArray => ndarray(Float64Array.from(rows.flat()), [rows.length, 2, 3]));
    const reference = (h: NdArray) => Array.from({ length: h.shape[0]! }, () => [0, 1]);

    it('is token cross-entropy, but 0 for the share of the largest', () => {
      fc.assert(
        fc.property(batch, fc.constantFrom(0, 0.25, 0.5, 0.9), (h, fraction) => {
          const plain = values(tokenCrossEntropy()(h, reference(h)));
          const most = [...plain].sort((a, b) => b - a)[Math.floor(fraction * plain.length)]!;
          const left = plain.map((loss) => (loss > most ? 0 : loss));
          expect(values(lossTruncation({ fraction })(h, reference(h)))).toEqual(left);
          expect(left.filter((loss) => loss === 0).length).toBeLessThanOrEqual(fraction * plain.length);
        }),
        runs,
      );
    });

    it('learns nothing from what is dropped, and takes the mean over all', () => {
      const h = [[[2, 0]], [[0, 0]], [[0, 2]]];
      const tokens = [[0], [0], [0]];
      const { gradients } = gradientsOf((x) => sum(lossTruncation()(x, tokens)), [toTensor(h)]);
      expect(values(gradients[0]!).slice(4).map(Math.abs)).toEqual([0, 0]);
      const each = values(lossTruncation()(h, tokens));
      expect(each[2]).toBe(0);
      expect(valueOf(lossTruncation()(h, tokens, { reduction: 'mean' }))).toBeCloseTo((each[0]! + each[1]!) / 3, 6);
    });

    it('counts the share of the sequences that are not empty, and drops no NaN in silence', () => {
      const h = [[[2, 0]], [[0, 0]], [[0, 2]]];
      const each = values(lossTruncation()(h, [[0], [0], [0]], { targetLengths: [1, 0, 1] }));
      expect(each[2]).toBeGreaterThan(2);
      expect(() => lossTruncation()([[[NaN, 0]], [[1, 0]], [[0, 1]]], [[0], [0], [0]])).toThrow(/got NaN/);
    });
  });
});
