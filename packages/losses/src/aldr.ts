import { type Memory, type NdArray, defineMethod, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  div,
  expandDims,
  fill,
  greater,
  log,
  maximum,
  mul,
  onesLike,
  softmax,
  square,
  stopGradient,
  sub,
  sum,
  where,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { Kept, memoryOf, numSamplesParam, readSampleIds } from './kept.js';
import { ldrKlOf, ldrParams, normalizeScores, robustLoss } from './ldr.js';
import { type Loss, type LossOptions, type LossTerms, makeLoss } from './loss.js';

/** Options of a loss that keeps a temperature for each example of the training set. */
export interface AldrOptions extends LossOptions {
  /** `[batch]`, the place of each example in the training set, 0 to numSamples - 1; without it all temperatures are lambda0. */
  readonly sampleIds?: TensorLike;
}

/** A loss whose temperature adapts to each example of the training set. */
export interface AldrKl extends Loss {
  /** Updates the temperatures of the examples in `sampleIds`, then gives their losses. */
  (logits: TensorLike, labels: TensorLike, options?: AldrOptions): Tensor;
  /** `[numSamples]`, the temperature of each example of the training set. */
  temperatures(): Promise<NdArray>;
  /** The temperatures; reset sets them back to lambda0. */
  readonly memory: Memory;
}

const OWNER = 'aldr-kl';

/**
 * ALDR-KL, LDR-KL with a temperature for each example of the training set, which falls where the model is sure:
 * `max_Lambda LDR-KL_Lambda - alpha log K / (2 lambda0) (Lambda - lambda0)^2`. A call with `sampleIds` first sets
 * `Lambda_i = lambda0 - lambda0 KL(softmax(f / Lambda_i) | uniform) / (alpha log K)`, which stays in [lambda0 (1 - 1/alpha), lambda0], and uses
 * the new one, held constant in the gradient. Without `sampleIds` (evaluation) it is LDR-KL at lambda0.
 *
 * An id twice in a batch takes the mean of both. Loaders that shuffle must hand on the ids, not the positions.
 *
 * @param params `lambda0` > 0 (10), `alpha` > 1 (2): larger adapts less; `margin` >= 0 (0.1); `normalize` (`l1mean`); `numSamples` >= 1 (60000)
 * @throws DomainError when a parameter or an id is out of range; ShapeError when `sampleIds` is not [batch]
 *
 * Zhu, Ying, Yang: Label Distributionally Robust Losses for Multi-class Classification, ICML 2023, arXiv:2112.14869.
 *
 * @example
 * const loss = aldrKl({ numSamples: 2 });
 * loss([[4, 0, 0], [1, 1, 1]], [0, 1], { sampleIds: [0, 1] });
 * console.log(Array.from((await loss.temperatures()).data, (value) => value.toFixed(3)).join()); // 9.952,10.000
 */
export const aldrKl = defineMethod(
  {
    kind: 'loss',
    name: OWNER,
    summary: 'LDR-KL with a temperature for each training example, lower where the model is sure.',
    formula: 'Λ_i log(1/K Σ_k exp(d_k/Λ_i)) − α log K/(2λ₀) (Λ_i − λ₀)²',
    paper: paper(11),
    params: z.object({
      lambda0: z.number().gt(0).default(10).meta({ upTo: 20, step: 0.1 }).describe('where all temperatures start'),
      alpha: z.number().gt(1).default(2).meta({ upTo: 10, step: 0.1 }).describe('larger adapts less'),
      margin: ldrParams.margin,
      normalize: ldrParams.normalize.default('l1mean'),
      numSamples: numSamplesParam,
    }),
  },
  ({ lambda0, alpha, margin, normalize, numSamples }): AldrKl => {
    const temperatures = new Kept([numSamples], lambda0);
    const perExample = (terms: LossTerms, { sampleIds }: AldrOptions) => {
      const [batch, classes] = terms.logits.shape as [number, number];
      const stiffness = (alpha * Math.log(Math.max(2, classes))) / lambda0;
      const update = (temperature: Tensor) =>
        stopGradient(
          (logits) => {
            const gap = klToUniform(normalizeScores(logits, normalize), temperature, SMOOTHING);
            return adaptedTemperature(gap, lambda0, stiffness);
          },
          [terms.logits],
        );
      const adapted = (ids: TensorLike) => {
        const places = readSampleIds(OWNER, ids, batch, numSamples);
        const updated = update(temperatures.at(places));
        temperatures.put(places, updated);
        return updated;
      };
      const temperature = sampleIds === undefined ? fill([batch], lambda0) : adapted(sampleIds);
      const robust = (label: Tensor, scores: Tensor, lambda: Tensor) =>
        ldrKlOf(scores, label, maximum(expandDims(lambda, 1), LEAST), margin);
      const penalty = mul(square(sub(temperature, lambda0)), stiffness / 2);
      return sub(robustLoss(terms, normalize, robust, temperature), penalty);
    };
    return Object.assign(makeLoss<AldrOptions>(OWNER, perExample), {
      temperatures: () => temperatures.read(),
      memory: memoryOf(OWNER, { temperatures }),
    });
  },
);

/** The official code keeps every probability away from 0. */
const SMOOTHING = 1e-5;

/** LDR-KL divides by the temperature. */
const LEAST = 1e-30;

/**
 * KL(p | uniform) in nats of `p = softmax(scores / temperature) + smoothing`, normalised: `[batch]`, from 0 to log K.
 *
 * @param scores `[batch, classes]`
 * @param temperature `[batch]`
 *
 * @example
 * console.log(klToUniform(toTensor([[0, 0], [100, 0]]), toTensor([1, 1])).dataSync().join()); // 0,0.6931471824645996
 */
export function klToUniform(scores: Tensor, temperature: Tensor, smoothing = 0): Tensor {
  const classes = scores.shape[1]!;
  const raw = add(softmax(div(scores, expandDims(temperature, 1))), smoothing);
  const probs = div(raw, 1 + classes * smoothing);
  const safe = where(greater(probs, 0), probs, onesLike(probs));
  return sum(mul(probs, log(mul(safe, classes))), 1);
}

/**
 * The temperature that maximises the adaptive objective, `max(0, lambda0 - kl / stiffness)`: `[batch]`.
 *
 * @param kl `[batch]`, KL(p | uniform)
 * @param stiffness weight of the penalty `stiffness / 2 (Lambda - lambda0)^2`; ALDR-KL takes `alpha log K / lambda0`
 *
 * @example
 * console.log(adaptedTemperature(toTensor([0, 0.5, 9]), 1, 2).dataSync().join()); // 1,0.75,0
 */
export const adaptedTemperature = (kl: Tensor, lambda0: number, stiffness: number): Tensor =>
  maximum(sub(lambda0, div(kl, stiffness)), 0);
