import {
  type Tensor,
  add,
  greater,
  log,
  logSigmoid,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  sigmoid,
  sub,
  sum,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { withoutHiding } from './labels.js';
import { defineLoss } from './loss.js';

/**
 * Asymmetric loss of each class on its own, p_k = sigmoid(logit_k): `-(1 - p_k)^gammaPositive log p_k` where the label has the class and
 * `-r_k^gammaNegative log(1 - r_k)` with `r_k = max(p_k - clip, 0)` where it has not. Dense labels may have several classes.
 *
 * @param params `gammaPositive` >= 0 (0), `gammaNegative` >= 0 (4), `clip` in [0, 1), default 0.05: absent classes below it count nothing
 * @throws DomainError when a parameter is out of range
 *
 * Ridnik et al.: Asymmetric Loss For Multi-Label Classification, 2021, arXiv:2009.14119.
 *
 * @example
 * console.log(asymmetric()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.1520
 */
export const asymmetric = defineLoss({
  name: 'asymmetric',
  summary: 'Each class on its own, absent ones with less weight: for many classes, also several at once.',
  formula: '−Σ_k q_k (1−p_k)^γ₊ log p_k + (1−q_k) r_k^γ₋ log(1−r_k)',
  params: z.object({
    gammaPositive: z.number().min(0).default(0).meta({ upTo: 5, step: 0.1 }).describe('focus on hard present classes'),
    gammaNegative: z.number().min(0).default(4).meta({ upTo: 8, step: 0.1 }).describe('focus on hard absent classes'),
    clip: z.number().min(0).lt(1).default(0.05).meta({ step: 0.01 }).describe('absent classes below it count nothing'),
  }),
  perExample({ logits, targets }, { gammaPositive, gammaNegative, clip }) {
    const present = (x: Tensor) => mul(power(sigmoid(neg(x)), gammaPositive), logSigmoid(x));
    const absent = (x: Tensor) =>
      mul(power(maximum(sub(sigmoid(x), clip), 0), gammaNegative), logOneMinusShifted(x, clip));
    const weighted = (share: Tensor, f: (x: Tensor) => Tensor) =>
      mul(share, f(where(greater(share, 0), logits, zerosLike(logits)))); // 0 times Infinity is 0
    const each = add(weighted(targets, present), weighted(sub(1, targets), absent));
    return withoutHiding(neg(sum(each, 1)), logits);
  },
});

/** log(1 - max(sigmoid(x) - clip, 0)), without a difference from 1. */
const logOneMinusShifted = (x: Tensor, clip: number): Tensor =>
  clip === 0 ? logSigmoid(neg(x)) : log(minimum(add(sigmoid(neg(x)), clip), 1));

/** base^exponent for base >= 0, with a finite gradient at 0. */
const power = (base: Tensor, exponent: number): Tensor =>
  exponent === 0 ? add(mul(base, 0), 1) : pow(maximum(base, 1e-30), exponent);
