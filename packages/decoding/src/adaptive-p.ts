import { z } from 'zod';
import { type Offer, makeOffer, noOffer, takeOffer } from './offer.js';
import { defineSampler } from './sampler.js';

/** Width of the bell around the target, its height, and how steep it falls. */
const WIDTH = 0.3;
const PEAK = 5;
const STEEPNESS = 10;

/**
 * Adaptive-p: prefers tokens of a probability near a target, and moves the target so that the running mean of the chosen
 * probabilities stays at it.
 *
 * `adapted = clamp(2 target - mean, 0, 1)`, new logits `5 - 10 d^2 / (1 + d)` with `d = |p_i - adapted| / 0.3`; the mean forgets
 * by `decay` per token. Put it last in a chain, after truncations: what is left is reweighed by p alone. A token that was not
 * offered leaves the mean as it is.
 *
 * @param params `target` in [-1, 1], default 0.5; negative: off. `decay` in [0, 0.99], default 0.9
 * @throws DomainError when a parameter is out of range
 *
 * The rule of llama.cpp, 2025.
 *
 * @example
 * const sampler = adaptiveP({ target: 0.4 });
 * sampler.sample([2, 1, 0, -1]);
 * console.log(sampler.adapted, sampler.mean > 0); // 0.4 true
 */
export const adaptiveP = defineSampler({
  name: 'adaptive-p',
  summary: 'Prefers tokens of a probability near a target that follows what was chosen.',
  formula: '5 − 10 d² / (1 + d), d = |p_i − adapted| / 0.3',
  params: z.object({
    target: z.number().min(-1).max(1).default(0.5).meta({ step: 0.05 }).describe('mean probability; negative: off'),
    decay: z.number().min(0).max(0.99).default(0.9).meta({ step: 0.01 }).describe('of the running mean, per token'),
  }),
  state: ({ target, decay }): AdaptiveState => ({
    sum: target / (1 - decay),
    weight: 1 / (1 - decay),
    mean: target,
    adapted: target,
    offer: noOffer(),
  }),
  apply(candidates, { target }, state) {
    if (target < 0) return;
    state.adapted = Math.min(Math.max(2 * target - state.mean, 0), 1);
    const { logits, weights, total, count } = candidates;
    makeOffer(state.offer, candidates, (position) => weights[position]! / total);
    for (let i = 0; i < count; i++) {
      const distance = Math.abs(weights[i]! / total - state.adapted) / WIDTH;
      logits[i] = PEAK - (STEEPNESS * distance * distance) / (1 + distance);
    }
    candidates.changed();
  },
  accept(token, { decay }, state) {
    const probability = takeOffer(state.offer, token);
    if (probability === undefined) return;
    state.sum = probability + decay * state.sum;
    state.weight = 1 + decay * state.weight;
    state.mean = state.sum / state.weight;
  },
  shows: ['mean', 'adapted'],
});

interface AdaptiveState {
  sum: number;
  weight: number;
  /** The running mean of the probabilities of the chosen tokens. */
  mean: number;
  /** The target that the last token was chosen by. */
  adapted: number;
  readonly offer: Offer;
}
