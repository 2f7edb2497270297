import {
  type Tensor,
  add,
  div,
  exp,
  expm1,
  fill,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  softmaxCrossEntropy,
  square,
  sub,
  sum,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { withoutHiding } from './labels.js';
import { type LossTerms, defineLoss } from './loss.js';

/** 1 - p of log p, exact where p is near 1. */
const missing = (logProb: Tensor): Tensor => neg(expm1(logProb));

/** (1 - p^q) / q of log p. */
export const generalizedOf = (logProb: Tensor, q: number): Tensor => div(missing(mul(logProb, q)), q);

/**
 * Reverse cross-entropy, `-sum_k p_k log q_k` with log 0 of the label q taken as log(labelFloor): `-log(labelFloor) (1 - p_y)`, a scaled
 * mean absolute error.
 *
 * @param params `labelFloor` in (0, 1), default 1e-4
 * @throws DomainError when labelFloor is out of range
 *
 * Wang et al.: Symmetric Cross Entropy for Robust Learning with Noisy Labels, 2019, arXiv:1908.06112.
 *
 * @example
 * console.log(reverseCrossEntropy()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 1.4387
 */
export const reverseCrossEntropy = defineLoss({
  name: 'reverse-cross-entropy',
  summary: 'Cross-entropy with prediction and label exchanged: bounded, robust to label noise.',
  formula: '−log(floor) (1 − p_y)',
  params: z.object({
    labelFloor: z.number().gt(0).lt(1).default(1e-4).meta({ step: 1e-4 }).describe('what a label of 0 counts as'),
  }),
  perExample: (terms, { labelFloor }) => reverseOf(terms, labelFloor),
});

const reverseOf = (terms: LossTerms, labelFloor: number) => mul(terms.expectation(missing), -Math.log(labelFloor));

/**
 * Symmetric cross-entropy, `(1 - balance) (-log p_y) + balance A (1 - p_y)`: cross-entropy, which learns, and its reverse, which label
 * noise does not mislead.
 *
 * @param params `balance` in [0, 1], default 0.5: 0 is cross-entropy; `A` > 0, default 4: minus the log that a label of 0 counts as
 * @throws DomainError when a parameter is out of range
 *
 * Wang et al.: Symmetric Cross Entropy for Robust Learning with Noisy Labels, 2019, arXiv:1908.06112.
 *
 * @example
 * console.log(symmetricCrossEntropy()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.3973
 */
export const symmetricCrossEntropy = defineLoss({
  name: 'symmetric-cross-entropy',
  summary: 'Cross-entropy and its reverse: one learns, the other is robust to label noise.',
  formula: '−(1−b) log p_y + b A (1−p_y)',
  params: z.object({
    balance: z.number().min(0).max(1).default(0.5).meta({ step: 0.05 }).describe('weight of the reverse part'),
    A: z.number().gt(0).default(4).meta({ upTo: 10, step: 0.1 }).describe('minus the log that a label of 0 counts as'),
  }),
  perExample: (terms, { balance, A }) =>
    balance === 1
      ? mul(terms.expectation(missing), A)
      : terms.expectation((logProb) => sub(mul(missing(logProb), balance * A), mul(logProb, 1 - balance))),
});

/**
 * Truncated generalized cross-entropy, `(1 - max(p_y, k)^q) / q`: constant, and so without gradient, where p_y <= k.
 *
 * @param params `q` in (0, 1], default 0.7; `k` in [0, 1), default 0.5: 0 is generalized cross-entropy
 * @throws DomainError when a parameter is out of range
 *
 * Zhang, Sabuncu: Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels, 2018, arXiv:1805.07836.
 *
 * @example
 * console.log(truncatedGce()([[2, 0, -1]], [1]).dataSync()[0]!.toFixed(4)); // 0.5492
 */
export const truncatedGce = defineLoss({
  name: 'truncated-gce',
  summary: 'Generalized cross-entropy that gives up examples whose label is too improbable.',
  formula: '(1 − max(p_y, k)^q) / q',
  params: z.object({
    q: z
      .number()
      .gt(0)
      .max(1)
      .default(0.7)
      .meta({ step: 0.05 })
      .describe('towards 0: cross-entropy, 1: absolute error'),
    k: z
      .number()
      .min(0)
      .lt(1)
      .default(0.5)
      .meta({ step: 0.05 })
      .describe('probability at and below which the loss is constant'),
  }),
  perExample: (terms, { q, k }) => truncatedOf(terms, q, k),
});

/** (1 - max(p_y, k)^q) / q of each example. */
export const truncatedOf = (terms: LossTerms, q: number, k: number): Tensor =>
  withoutHiding(
    terms.expectation((logProb) => generalizedOf(maximum(logProb, Math.log(k)), q)),
    terms.logits,
  );

/**
 * Brier score, the squared distance of the probabilities from the label, `sum_k ([k = y] - p_k)^2`. For a soft label it is the
 * expectation over the label, which is the distance from the soft label and a constant.
 *
 * @example
 * console.log(brier()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.0392
 */
export const brier = defineLoss({
  name: 'brier',
  summary: 'Squared distance of the probabilities from the label: proper and bounded by 2.',
  formula: 'Σ_k ([k=y] − p_k)²',
  params: z.object({}),
  perExample: (terms) =>
    add(
      terms.expectation((logProb) => square(expm1(logProb))),
      sum(mul(square(exp(terms.logProbs)), sub(1, terms.targets)), 1),
    ),
});

/**
 * Normalized cross-entropy, `log p_y / sum_k log p_k`, in [0, 1]: symmetric, so that uniform label noise does not move its minimum. Classes
 * masked by -Infinity take no part in the sum.
 *
 * Ma et al.: Normalized Loss Functions for Deep Learning with Noisy Labels, 2020, arXiv:2006.13554.
 *
 * @example
 * console.log(normalizedCrossEntropy()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.0308
 */
export const normalizedCrossEntropy = defineLoss({
  name: 'normalized-cross-entropy',
  summary: 'Cross-entropy as a share of that of all labels: symmetric and bounded.',
  formula: 'log p_y / Σ_k log p_k',
  params: z.object({}),
  perExample: (terms) => normalizedOf(terms),
});

function normalizedOf(terms: LossTerms): Tensor {
  const [batch, classes] = terms.logits.shape as [number, number];
  const even = softmaxCrossEntropy(terms.logits, fill([batch], NO_LABEL, 'int32'), { labelSmoothing: 1 });
  const all = mul(even, classes);
  const own = terms.expectation((logProb) => neg(maximum(logProb, LOWEST)));
  const share = minimum(div(own, maximum(all, 1e-30)), 1); // 1 for a masked label; 0 / 0 only with one class
  return withoutHiding(share, terms.logits);
}

const LOWEST = -1e37;

/** So that all of the label is what smoothing spreads. */
const NO_LABEL = -1;

const agceParams = {
  a: z.number().gt(0).default(3).meta({ upTo: 10, step: 0.5 }).describe('larger: nearer to absolute error'),
  q: z.number().gt(0).default(1.5).meta({ upTo: 3, step: 0.1 }).describe('exponent'),
};

/**
 * Asymmetric generalized cross-entropy, `((a + 1)^q - (a + p_y)^q) / q`.
 *
 * @param params `a` > 0 (3), `q` > 0 (1.5)
 * @throws DomainError when a parameter is out of range
 *
 * Zhou et al.: Asymmetric Loss Functions for Learning with Noisy Labels, 2021, arXiv:2106.03110.
 *
 * @example
 * console.log(asymmetricGce()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.3093
 */
export const asymmetricGce = defineLoss({
  name: 'asymmetric-gce',
  summary: 'Robust to any noise that leaves the true label the likeliest.',
  formula: '((a+1)^q − (a+p_y)^q) / q',
  params: z.object(agceParams),
  perExample: (terms, { a, q }) => agceOf(terms, a, q),
});

/** (a + 1)^q (1 - (1 - (1 - p) / (a + 1))^q) / q: no difference of nearly equal numbers. */
const agceOf = (terms: LossTerms, a: number, q: number): Tensor =>
  terms.expectation((logProb) => mul(missing(mul(log1p(div(expm1(logProb), a + 1)), q)), (a + 1) ** q / q));

const aulParams = {
  a: z.number().gt(1).default(6).meta({ upTo: 10, step: 0.5 }).describe('larger: nearer to absolute error'),
  q: z.number().gt(0).default(1.5).meta({ upTo: 3, step: 0.1 }).describe('exponent'),
};

/**
 * Asymmetric unhinged loss, `((a - p_y)^q - (a - 1)^q) / q`.
 *
 * @param params `a` > 1 (6), `q` > 0 (1.5)
 * @throws DomainError when a parameter is out of range
 *
 * Zhou et al.: Asymmetric Loss Functions for Learning with Noisy Labels, 2021, arXiv:2106.03110.
 *
 * @example
 * console.log(asymmetricUnhinged()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.3520
 */
export const asymmetricUnhinged = defineLoss({
  name: 'asymmetric-unhinged',
  summary: 'Linear in the probability at q = 1, robust to any noise that leaves the true label the likeliest.',
  formula: '((a−p_y)^q − (a−1)^q) / q',
  params: z.object(aulParams),
  perExample: (terms, { a, q }) => aulOf(terms, a, q),
});

/** (a - 1)^q ((1 + (1 - p) / (a - 1))^q - 1) / q. */
const aulOf = (terms: LossTerms, a: number, q: number): Tensor =>
  terms.expectation((logProb) => mul(expm1(mul(log1p(div(missing(logProb), a - 1)), q)), (a - 1) ** q / q));

const weights = {
  alpha: z.number().min(0).default(5).meta({ upTo: 10, step: 0.1 }).describe('weight of normalized cross-entropy'),
  beta: z.number().min(0).default(5).meta({ upTo: 10, step: 0.1 }).describe('weight of the passive loss'),
};

/** A weighted sum of normalized cross-entropy, which learns actively, and a passive loss that makes up for its slowness. */
const activePassive = (terms: LossTerms, { alpha, beta }: { alpha: number; beta: number }, passive: Tensor) =>
  add(mul(normalizedOf(terms), alpha), mul(passive, beta));

/**
 * Active passive loss, `alpha NCE + beta RCE`: {@link normalizedCrossEntropy} and {@link reverseCrossEntropy}.
 *
 * @param params `alpha`, `beta` >= 0 (5 and 5), `labelFloor` in (0, 1), default 1e-4
 * @throws DomainError when a parameter is out of range
 *
 * Ma et al.: Normalized Loss Functions for Deep Learning with Noisy Labels, 2020, arXiv:2006.13554.
 *
 * @example
 * console.log(nceRce({ alpha: 1, beta: 1 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 1.4695
 */
export const nceRce = defineLoss({
  name: 'nce-rce',
  summary: 'Normalized and reverse cross-entropy together.',
  formula: 'α NCE + β RCE',
  params: z.object({ ...weights, labelFloor: reverseCrossEntropy.info.params.shape.labelFloor }),
  perExample: (terms, { labelFloor, ...by }) => activePassive(terms, by, reverseOf(terms, labelFloor)),
});

/**
 * `alpha NCE + beta AGCE`: {@link normalizedCrossEntropy} and {@link asymmetricGce}.
 *
 * @param params `alpha`, `beta` >= 0 (5 and 5), `a` > 0 (3), `q` > 0 (1.5)
 * @throws DomainError when a parameter is out of range
 *
 * Zhou et al.: Asymmetric Loss Functions for Learning with Noisy Labels, 2021, arXiv:2106.03110.
 *
 * @example
 * console.log(nceAgce({ alpha: 1, beta: 1 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.3402
 */
export const nceAgce = defineLoss({
  name: 'nce-agce',
  summary: 'Normalized cross-entropy and asymmetric generalized cross-entropy together.',
  formula: 'α NCE + β AGCE',
  params: z.object({ ...weights, ...agceParams }),
  perExample: (terms, { a, q, ...by }) => activePassive(terms, by, agceOf(terms, a, q)),
});

/**
 * `alpha NCE + beta AUL`: {@link normalizedCrossEntropy} and {@link asymmetricUnhinged}.
 *
 * @param params `alpha`, `beta` >= 0 (5 and 5), `a` > 1 (6), `q` > 0 (1.5)
 * @throws DomainError when a parameter is out of range
 *
 * Zhou et al.: Asymmetric Loss Functions for Learning with Noisy Labels, 2021, arXiv:2106.03110.
 *
 * @example
 * console.log(nceAul({ alpha: 1, beta: 1 })([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.3828
 */
export const nceAul = defineLoss({
  name: 'nce-aul',
  summary: 'Normalized cross-entropy and the asymmetric unhinged loss together.',
  formula: 'α NCE + β AUL',
  params: z.object({ ...weights, ...aulParams }),
  perExample: (terms, { a, q, ...by }) => activePassive(terms, by, aulOf(terms, a, q)),
});

/**
 * Generalized Jensen-Shannon loss of the label e and the prediction p, `s (pi KL(e | m) + (1 - pi) KL(p | m))` with
 * `m = pi e + (1 - pi) p` and `s = -1 / ((1 - pi) log(1 - pi))`: towards cross-entropy for small pi, mean absolute error for large.
 *
 * @param params `pi` in (0, 1), default 0.5: the weight of the label
 * @throws DomainError when pi is out of range
 *
 * Englesson, Azizpour: Generalized Jensen-Shannon Divergence Loss for Learning with Noisy Labels, 2021, arXiv:2105.04522.
 *
 * @example
 * console.log(jensenShannon()([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.1658
 */
export const jensenShannon = defineLoss({
  name: 'jensen-shannon',
  summary: 'Jensen-Shannon divergence from the label, scaled: between cross-entropy and mean absolute error.',
  formula: 's (π KL(e‖m) + (1−π) KL(p‖m)), m = πe + (1−π)p',
  params: z.object({
    pi: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.5)
      .meta({ step: 0.05 })
      .describe('small: cross-entropy; large: absolute error'),
  }),
  perExample: (terms, { pi }) => terms.expectation((logProb) => jensenShannonOf(logProb, pi)),
});

function jensenShannonOf(logProb: Tensor, pi: number): Tensor {
  const logMixture = log1p(mul(expm1(logProb), 1 - pi)); // log m_y
  const own = mul(exp(logProb), sub(maximum(logProb, LOWEST), logMixture)); // p log(p / m) at the label
  const others = mul(missing(logProb), -Math.log1p(-pi)); // sum over the others, where m = (1 - pi) p
  const divergence = sub(mul(add(own, others), 1 - pi), mul(logMixture, pi));
  return mul(divergence, -1 / ((1 - pi) * Math.log1p(-pi)));
}
