import { DomainError, type Method, type MethodInfo, type Random, defineMethod } from '@surprisal/core';
import { z } from 'zod';

/** Makes some labels wrong. */
export interface LabelNoise {
  /**
   * @param labels `[n]` class indices, 0..classes - 1
   * @returns new labels `[n]`; the given ones stay as they are
   * @throws DomainError for a label out of range, or fewer than two classes
   */
  (labels: Int32Array, options: { readonly classes: number; readonly random: Random }): Int32Array;
}

declare module '@surprisal/core' {
  interface Kinds {
    'label-noise': LabelNoise;
  }
}

const params = z.object({
  rate: z.number().min(0).max(1).default(0.4).meta({ step: 0.05 }).describe('probability that a label is made wrong'),
});

/** Makes a label-noise method from how a wrong label is drawn. */
function defineLabelNoise(
  info: Omit<MethodInfo, 'kind' | 'params'>,
  wrong: (label: number, classes: number, random: Random) => number,
): Method<'label-noise', typeof params, LabelNoise> {
  return defineMethod<'label-noise', typeof params, LabelNoise>(
    { kind: 'label-noise', params, ...info },
    ({ rate }) =>
      (labels, { classes, random }) => {
        if (classes < 2) throw new DomainError(`${info.name}: classes must be at least 2, got ${classes}`);
        return labels.map((label, i) => {
          if (!(label >= 0 && label < classes))
            throw new DomainError(`${info.name}: labels must be from 0 to ${classes - 1}, got ${label} at index ${i}`);
          return random.uniform() < rate ? wrong(label, classes, random) : label;
        });
      },
  );
}

/**
 * Symmetric label noise: with probability `rate`, each label on its own, a label becomes one of the C - 1 other classes, all alike.
 * A flip never keeps the label, so the expected share of wrong labels is `rate` itself; with rate (C - 1) / C the labels say nothing
 * any more.
 *
 * This is the convention of Han et al.: Co-teaching, 2018, arXiv:1804.06872. Where a flip draws from all C classes, as elsewhere
 * (Zhang et al., 2017, arXiv:1611.03530), a rate r there is the rate r (C - 1) / C here: 0.5 with ten classes is 0.45.
 *
 * @example
 * console.log(symmetric({ rate: 0.4 })(new Int32Array(9), { classes: 10, random: new Random(1) }).join()); // 0,6,2,0,0,0,3,5,2
 */
export const symmetric = defineLabelNoise(
  {
    name: 'symmetric',
    summary: 'A wrong label is any of the other classes, all alike.',
    formula: 'P(noisy = j | true = k) = 1 - rate for j = k, rate / (C - 1) otherwise',
  },
  (label, classes, random) => (label + 1 + random.integer(classes - 1)) % classes,
);

/**
 * Pair-flip label noise: with probability `rate`, each label on its own, class k becomes class k + 1 (the last one becomes 0), as
 * similar classes are confused. From a rate of 0.5 on the wrong class is the commoner one.
 *
 * Han et al.: Co-teaching, 2018, arXiv:1804.06872.
 *
 * @example
 * console.log(pairflip({ rate: 1 })(Int32Array.of(3, 9), { classes: 10, random: new Random(1) }).join()); // 4,0
 */
export const pairflip = defineLabelNoise(
  {
    name: 'pairflip',
    summary: 'A wrong label is always the next class.',
    formula: 'P(noisy = k + 1 mod C | true = k) = rate, P(noisy = k | true = k) = 1 - rate',
  },
  (label, classes) => (label + 1) % classes,
);
