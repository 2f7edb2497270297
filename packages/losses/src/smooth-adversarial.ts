import { defineMethod, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  checkShape,
  clipByValue,
  div,
  expm1,
  greater,
  log1p,
  mul,
  onesLike,
  sqrt,
  square,
  sub,
  sum,
  tidy,
  toTensor,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { compSumOf } from './comp-sum.js';
import { checkFinite, readLabels } from './labels.js';
import { type LossOptions, LossTerms, reduceLosses } from './loss.js';

/**
 * A loss of the logits at a clean input and at a perturbed one, in nats. Gradients flow through both.
 *
 * @example
 * console.log(smoothAdversarialCompSum()([[2, 0]], [[1, 0.5]], [0]).dataSync()[0]!.toFixed(4)); // 1.6269
 */
export interface AdversarialLoss {
  /**
   * @param clean `[batch, classes]`, h(x)
   * @param perturbed `[batch, classes]`, h(x')
   * @param labels `[batch]` or `[batch, classes]`
   * @returns `[batch]`, or a scalar with a reduction
   * @throws ShapeError, DomainError
   */
  (clean: TensorLike, perturbed: TensorLike, labels: TensorLike, options?: LossOptions): Tensor;
  readonly method: string;
}

/** The smooth adversarial comp-sum loss, with its parts. */
export interface SmoothAdversarialLoss extends AdversarialLoss {
  /** The parts of each example's loss, `[batch]`: `loss = compSum + nu * smooth`. */
  terms(clean: TensorLike, perturbed: TensorLike, labels: TensorLike): { compSum: Tensor; smooth: Tensor };
  /** The adversarial rho-margin loss at the perturbed logits, `[batch]`, which the smooth loss bounds from above for nu >= sqrt(classes - 1) / rho. */
  marginLoss(perturbed: TensorLike, labels: TensorLike): Tensor;
}

declare module '@surprisal/core' {
  interface Kinds {
    'adversarial-loss': AdversarialLoss;
  }
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
    const loss = (clean: TensorLike, perturbed: TensorLike, labels: TensorLike, options: LossOptions = {}) =>
      tidy(() => {
        const [at, moved] = read(owner, clean, perturbed, labels, options.ignoreIndex);
        const losses = add(compSum(at), mul(smooth(at, moved), nu));
        checkFinite(owner, losses, add(at.logits, moved.logits));
        return reduceLosses(owner, losses, at, options);
      });
    return Object.assign(loss, {
      method: owner,
      terms: (clean: TensorLike, perturbed: TensorLike, labels: TensorLike) =>
        tidy(() => {
          const [at, moved] = read(owner, clean, perturbed, labels);
          return { compSum: compSum(at), smooth: smooth(at, moved) };
        }),
      marginLoss: (perturbed: TensorLike, labels: TensorLike) =>
        tidy(() => rampLoss(tau, rho, read(owner, perturbed, perturbed, labels)[0])),
    });
  },
);

function read(
  owner: string,
  clean: TensorLike,
  perturbed: TensorLike,
  labels: TensorLike,
  ignoreIndex?: number,
): [LossTerms, LossTerms] {
  const at = toTensor(clean);
  const moved = toTensor(perturbed);
  const dimensions = checkShape(owner, 'clean', at, ['batch', 'classes']);
  checkShape(owner, 'perturbed', moved, ['batch', 'classes'], dimensions);
  const known = readLabels(owner, labels, dimensions, ignoreIndex);
  return [new LossTerms(at, known), new LossTerms(moved, known)];
}

/** D: the label's logit minus each logit, `[batch, classes]`; 0 in the label's own place, where it does not disturb a norm. */
const margins = ({ logits, targets }: LossTerms): Tensor => sub(sum(mul(targets, logits), 1, true), logits);

/** |v|_2 of each row, with gradient 0 at 0. */
function safeNorm(v: Tensor): Tensor {
  const squared = sum(square(v), 1);
  const positive = greater(squared, 0);
  return where(positive, sqrt(where(positive, squared, onesLike(squared))), zerosLike(squared));
}

/** Phi_tau( sum over wrong classes of min(1, max(0, 1 - D / rho)) ). */
function rampLoss(tau: number, rho: number, terms: LossTerms): Tensor {
  const ramp = clipByValue(sub(1, div(margins(terms), rho)), 0, 1);
  const u = sum(mul(ramp, sub(1, terms.targets)), 1);
  return Math.abs(tau - 1) < 1e-6 ? log1p(u) : div(expm1(mul(log1p(u), 1 - tau)), 1 - tau);
}
