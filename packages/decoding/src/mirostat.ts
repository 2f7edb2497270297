import { paper } from '@surprisal/core';
import { z } from 'zod';
import type { Candidates } from './candidates.js';
import { type KRule, type MirostatPresetName, type MirostatSettings, mirostatPresets } from './mirostat-presets.js';
import { type Offer, makeOffer, noOffer, takeOffer } from './offer.js';
import { type Sampler, defineSampler } from './sampler.js';
import { realK, zipfExponent } from './zipf.js';

/** A sampler that holds the surprise of its tokens at a target, and shows where it stands. All surprises are in bits. */
export interface Mirostat extends Sampler {
  /** The largest surprise that is let through now. */
  readonly mu: number;
  /** The surprise of the last token; NaN before the first. */
  readonly surprise: number;
  /** How many tokens the last cut kept; 0 before the first. */
  readonly kept: number;
  /** The last estimate of the Zipf exponent; NaN before the first and in version 2, which needs none. */
  readonly exponent: number;
}

interface MirostatState {
  readonly settings: MirostatSettings;
  mu: number;
  surprise: number;
  kept: number;
  exponent: number;
  readonly offer: Offer;
}

const names = Object.keys(mirostatPresets) as [MirostatPresetName, ...MirostatPresetName[]];

const params = z.object({
  preset: z.enum(names).default('reference').describe('the variant; what is not given below is taken from it'),
  tau: z
    .number()
    .min(0)
    .default(0)
    .meta({ upTo: 10, step: 0.1 })
    .describe('target in bits per token; 0: of the preset'),
  eta: z
    .number()
    .min(-1)
    .default(-1)
    .meta({ upTo: 1, step: 0.05 })
    .describe('step of the controller; 0: the cut stays where it starts; below 0: of the preset'),
  mu0: z.number().min(0).default(0).meta({ upTo: 20 }).describe('where mu starts, in bits; 0: of the preset'),
  muMin: z.number().min(-1e6).default(-1e6).describe('below which mu never falls; the notebook never lets it below 0'),
  ratios: z.number().int().min(0).default(0).meta({ upTo: 200 }).describe('ratios in the Zipf fit; 0: of the preset'),
  n: z.number().int().min(0).default(0).describe('vocabulary size in the formula of k; 0: of the preset'),
  kRule: z
    .enum(['preset', 'round_plus_one', 'round_min1', 'trunc_min1'])
    .default('preset')
    .describe('how a whole k is made of a real one'),
  surprise: z
    .enum(['preset', 'original', 'renormalised'])
    .default('preset')
    .describe('measured in the distribution before the cut, or after it'),
});

/** The settings of a preset, with what is given in its place. */
function settle(given: z.output<typeof params>): MirostatSettings {
  const { mu0PerTau, ...preset } = mirostatPresets[given.preset];
  const tau = given.tau || preset.tau;
  return {
    version: preset.version,
    tau,
    eta: given.eta < 0 ? preset.eta : given.eta,
    mu0: given.mu0 || mu0PerTau * tau,
    muMin: Math.max(given.muMin === -1e6 ? -Infinity : given.muMin, preset.muMin),
    ratios: given.ratios || preset.ratios,
    n: given.n || preset.n,
    kRule: given.kRule === 'preset' ? preset.kRule : given.kRule,
    surprise: given.surprise === 'preset' ? preset.surprise : given.surprise,
  };
}

/**
 * Mirostat: a controller that cuts the tail anew at every token, so that the surprise of the text stays at a target tau.
 *
 * Version 1 (the paper) estimates the Zipf exponent s of the most probable tokens and keeps the k tokens with
 * `k = (eps 2^mu / (1 - n^-eps))^(1/s)`, eps = s - 1; version 2 (llama.cpp) keeps the tokens with `-log2 p <= mu`. Then
 * `mu <- mu - eta (S - tau)` for the surprise S of the chosen token, so that the mean surprise of T tokens is
 * `tau + (mu_0 - mu_T) / (eta T)`. A token that was not offered leaves mu as it is. Put it last in a chain, after the temperature.
 *
 * @param params `preset`, default `reference`, and in place of its values `tau`, `mu0` (> 0), `eta` (>= 0), `muMin`,
 *   `ratios`, `n`, `kRule`, `surprise`. With renormalised surprise, as llama.cpp has it, the true surprise ends above tau.
 * @throws DomainError when a parameter is out of range
 *
 * Basu, Ramachandran, Keskar, Varshney: Mirostat: A Neural Text Decoding Algorithm that Directly Controls Perplexity, ICLR 2021,
 * arXiv:2007.14966.
 *
 * @example
 * const sampler = mirostat({ preset: 'llama-v2', tau: 2 });
 * sampler.sample([0, 0, 0, 0]); // two bits of surprise, whichever is drawn
 * console.log(sampler.mu, sampler.surprise); // 4 2
 */
export const mirostat = defineSampler({
  name: 'mirostat',
  summary: 'Holds the surprise per token at a target: the text neither loops nor falls apart.',
  formula: 'μ ← μ − η (−log₂ p − τ)',
  paper: paper(29),
  params,
  state(given): MirostatState {
    const settings = settle(given);
    return { settings, mu: settings.mu0, surprise: NaN, kept: 0, exponent: NaN, offer: noOffer() };
  },
  apply(candidates, _params, state) {
    const original = candidates.logTotal;
    if (state.settings.version === 2) candidates.keepAtLeast(original - state.mu * Math.LN2);
    else keepByExponent(candidates, state);
    state.kept = candidates.count;
    const reference = state.settings.surprise === 'original' ? original : candidates.logTotal;
    const { logits } = candidates;
    makeOffer(state.offer, candidates, (position) => (reference - logits[position]!) / Math.LN2);
  },
  accept(token, _params, state) {
    const surprise = takeOffer(state.offer, token);
    if (surprise === undefined) return;
    const { eta, tau, muMin } = state.settings;
    state.surprise = surprise;
    state.mu = Math.max(muMin, state.mu - eta * (surprise - tau));
  },
  shows: ['mu', 'surprise', 'kept', 'exponent'],
});

function keepByExponent(candidates: Candidates, state: MirostatState): void {
  const { ratios, n, kRule } = state.settings;
  state.exponent = zipfExponent(candidates, ratios);
  const k = wholeK(kRule, realK(state.exponent, state.mu, n || candidates.vocabulary));
  candidates.keepLargest(Number.isNaN(k) ? 1 : Math.min(Math.max(k, 1), candidates.count));
}

/** The real k as a whole number. */
export function wholeK(rule: KRule, k: number): number {
  if (rule === 'round_plus_one') return roundHalfToEven(k) + 1;
  return Math.max(rule === 'round_min1' ? roundHalfToEven(k) : Math.trunc(k), 1);
}

/** Rounds as Python does: halves to the even neighbour. */
export function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
