import { defineMethod, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  clipByValue,
  div,
  equal,
  expm1,
  log1p,
  mul,
  onesLike,
  sqrt,
  square,
  sub,
  sum,
  tidy,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { type AdversarialLoss, makeAdversarialLoss, readPair } from './adversarial-loss.js';
import { compSumOf } from './comp-sum.js';
import type { LossTerms } from './loss.js';

/** The smooth adversarial comp-sum loss, with its parts. */
export interface SmoothAdversarialLoss extends AdversarialLoss {
  /** The parts of each example's loss, `[batch]`: `loss = compSum + nu * smooth`. */
  terms(clean: TensorLike, perturbed: TensorLike, labels: TensorLike): { compSum: Tensor; smooth: Tensor };
  /** The adversarial rho-margin loss at the perturbed logits, `[batch]`, which the smooth loss bounds from above for nu >= sqrt(classes - 1) / rho. */
  marginLoss(perturbed: TensorLike, labels: TensorLike): Tensor;
}

/**
 * The smooth adversarial comp-sum loss on given clean and perturbed logits,
 * `Phi_tau( sum over wrong classes of exp(-D(x) / rho) ) + nu |D(x') - D(x)|_2` with the margins D_y' = h_y - h_y'.
 *
 * @param params `tau` >= 0 (1), `rho` > 0 (1), `nu` >= 0 (1)
 * @throws DomainError when a parameter is out of range
 *
 * Mao, Mohri, Zhong 2023, arXiv:2304.07288.
 */
export const smoothAdversarialCompSum = defineMethod(
  {
    kind: 'adversarial-loss',
    name: 'smooth-adversarial-comp-sum',
    summary: 'A comp-sum loss, plus a penalty for how far a perturbation moves the margins.',
    formula: 'Φ_τ(Σ_y′ exp(−D_y′(x)/ρ)) + ν ‖D(x′) − D(x)‖₂',
    paper: paper(1),
    params: z.object({
      tau: z
        .number()
        .min(0)
        .default(1)
        .meta({ upTo: 3, step: 0.05 })
        .describe('member of the comp-sum family; 0.4 trains well on small problems'),
      rho: z.number().gt(0).default(1).meta({ upTo: 5, step: 0.1 }).describe('scale of the margins'),
      nu: z
        .number()
        .min(0)
        .default(1)
        .meta({ upTo: 5, step: 0.1 })
        .describe('weight of the smooth term; theory wants sqrt(classes - 1) / rho'),
    }),
  },
  ({ tau, rho, nu }): SmoothAdversarialLoss => {
    const owner = 'smooth-adversarial-comp-sum';
    const compSum = (terms: LossTerms) => compSumOf(div(terms.logits, rho), terms.labels, tau);
    const smooth = (clean: LossTerms, perturbed: LossTerms) => safeNorm(sub(margins(perturbed), margins(clean)));
    const loss = makeAdversarialLoss(owner, (at, moved) => add(compSum(at), mul(smooth(at, moved), nu)));
    return Object.assign(loss, {
      terms: (clean: TensorLike, perturbed: TensorLike, labels: TensorLike) =>
        tidy(() => {
          const [at, moved] = readPair(owner, clean, perturbed, labels);
          return { compSum: compSum(at), smooth: smooth(at, moved) };
        }),
      marginLoss: (perturbed: TensorLike, labels: TensorLike) =>
        tidy(() => rampLoss(tau, rho, readPair(owner, perturbed, perturbed, labels)[0])),
    });
  },
);

/** D: the label's logit minus each logit, `[batch, classes]`; 0 in the label's own place, where it does not disturb a norm. */
const margins = ({ logits, targets }: LossTerms): Tensor => sub(sum(mul(targets, logits), 1, true), logits);

/** |v|_2 of each row, with gradient 0 at 0; NaN stays NaN. */
function safeNorm(v: Tensor): Tensor {
  const squared = sum(square(v), 1);
  const still = equal(squared, 0);
  return where(still, zerosLike(squared), sqrt(where(still, onesLike(squared), squared)));
}

/** Phi_tau( sum over wrong classes of min(1, max(0, 1 - D / rho)) ). */
function rampLoss(tau: number, rho: number, terms: LossTerms): Tensor {
  const ramp = clipByValue(sub(1, div(margins(terms), rho)), 0, 1);
  const u = sum(mul(ramp, sub(1, terms.targets)), 1);
  return Math.abs(tau - 1) < 1e-6 ? log1p(u) : div(expm1(mul(log1p(u), 1 - tau)), 1 - tau);
}
