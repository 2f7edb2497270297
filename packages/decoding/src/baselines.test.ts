import { type NdArray, ndarray } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import { adaptiveP } from './adaptive-p.js';
import { Candidates } from './candidates.js';
import { chain } from './chain.js';
import { inverseCdf } from './draw.js';
import { dry } from './dry.js';
import { dynamicTemperature } from './dynamic-temperature.js';
import { epsilon } from './epsilon.js';
import { eta } from './eta.js';
import { minP } from './min-p.js';
import { completions } from './no-repeat-ngram.js';
import { penalties } from './penalties.js';
import type { Sampler } from './sampler.js';
import { tailFree } from './tail-free.js';
import { temperature } from './temperature.js';
import { topK } from './top-k.js';
import { topNSigma } from './top-n-sigma.js';
import { topP } from './top-p.js';
import { typical } from './typical.js';
import { xtc } from './xtc.js';

interface Filtered {
  readonly kept: NdArray;
  readonly probs: NdArray;
}

/** What a sampler leaves of each row: `kept` 1 where a token survives, `probs` 0 elsewhere. */
function filter({ data, shape }: NdArray, sampler: Sampler, history?: NdArray): Filtered {
  const kept = new Int32Array(data.length);
  const probs = new Float64Array(data.length);
  const [rows, vocabulary] = shape as [number, number];
  for (const token of history?.data ?? []) sampler.accept(token);
  for (let row = 0; row < rows; row++) {
    const candidates = new Candidates().load({ data: Float64Array.from(data), shape, row });
    sampler.apply(candidates);
    candidates.tokens().forEach((token, position) => {
      kept[row * vocabulary + token] = 1;
      probs[row * vocabulary + token] = candidates.probability(position);
    });
  }
  return { kept: ndarray(kept, shape), probs: ndarray(probs, shape) };
}

/** The outputs of several samplers on the same logits, as NAME_kept and NAME_probs. */
const filterAll = (logits: NdArray, samplers: Record<string, Sampler>): Record<string, NdArray> =>
  Object.fromEntries(
    Object.entries(samplers).flatMap(([name, sampler]) => {
      const { kept, probs } = filter(logits, sampler);
      return [
        [`${name}_kept`, kept],
        [`${name}_probs`, probs],
      ];
    }),
  );

/** The logits that a sampler makes of a row, after a history. */
function reweigh(logits: NdArray, history: NdArray, sampler: Sampler): Float64Array {
  for (const token of history.data) sampler.accept(token);
  const candidates = new Candidates().load({ ...logits, data: Float64Array.from(logits.data) });
  sampler.apply(candidates);
  return candidates.logits.slice(0, candidates.count);
}

const semantics = 'transformers';

goldens(
  import.meta.url,
  '00-decoding-baselines',
  {
    topKFilter: ({ inputs, params: { top_k: k, min_tokens_to_keep: minKeep } }) => ({
      ...filter(inputs.logits, topK({ k, minKeep, semantics })),
    }),
    topPFilter: ({ inputs, params: { top_p: p, min_tokens_to_keep: minKeep } }) => ({
      ...filter(inputs.logits, topP({ p, minKeep })),
    }),
    minPFilter: ({ inputs, params: { min_p: m, min_tokens_to_keep: minKeep } }) => ({
      ...filter(inputs.logits, minP({ m, minKeep })),
    }),
    typicalFilter: ({ inputs, params: { typical_p: tau, min_tokens_to_keep: minKeep } }) => ({
      ...filter(inputs.logits, typical({ tau, minKeep, semantics })),
    }),
    epsilonFilter: ({ inputs, params: { epsilon: cutoff, min_tokens_to_keep: minKeep } }) => ({
      ...filter(inputs.logits, epsilon({ epsilon: cutoff, minKeep })),
    }),
    etaFilter: ({ inputs, params: { eta_epsilon: cutoff, min_tokens_to_keep: minKeep } }) => ({
      ...filter(inputs.logits, eta({ epsilon: cutoff, minKeep })),
    }),
    tailFreeFilter: ({ inputs, params: { z, min_keep: minKeep } }) => ({
      ...filter(inputs.logits, tailFree({ z, minKeep })),
    }),
    llamaSamplers: ({ inputs, params }) => {
      const { temp, range, exponent } = params.dynamic_temperature;
      const minKeep = params.min_keep;
      return filterAll(inputs.logits, {
        top_k: topK({ k: params.top_k, minKeep }),
        top_p: topP({ p: params.top_p, minKeep }),
        min_p: minP({ m: params.min_p, minKeep }),
        typical: typical({ tau: params.typical_p, minKeep }),
        temperature: temperature({ temperature: params.temperature }),
        temperature_zero: temperature({ temperature: 0 }),
        top_n_sigma: topNSigma({ n: params.top_n_sigma }),
        xtc_forced: xtc({ ...params.xtc, minKeep }),
        dynamic_temperature: dynamicTemperature({ temperature: temp, range, exponent }),
      });
    },
    llamaDefaultChain: ({ inputs, params }) => {
      const { repeat, frequency, presence, last_n: lastN } = params;
      const links: Record<string, () => Sampler> = {
        penalties: () => penalties({ repeat, frequency, presence, lastN }),
        top_k: () => topK({ k: params.top_k }),
        typical: () => typical({ tau: params.typical_p }),
        top_p: () => topP({ p: params.top_p }),
        min_p: () => minP({ m: params.min_p }),
        temperature: () => temperature({ temperature: params.temperature }),
      };
      return { ...filter(inputs.logits, chain(params.order.map((name: string) => links[name]!())), inputs.history) };
    },
    penalties: ({ inputs: { logits, history }, params }) => {
      const { repeat, frequency, presence, last_n: lastN } = params;
      return {
        llama_logits: reweigh(logits, history, penalties({ repeat, frequency, presence, lastN })),
        transformers_repetition_only: reweigh(logits, history, penalties({ repeat, lastN: -1 })),
        openai_frequency_presence_only: reweigh(logits, history, penalties({ frequency, presence, lastN: -1 })),
      };
    },
    dryPenalty: ({ inputs, params }) => {
      const {
        multiplier,
        base,
        allowed_length: allowedLength,
        last_n: lastN,
        breakers_single_token: breakers,
      } = params;
      const sampler = dry({ multiplier, base, allowedLength, lastN, breakers });
      const logits = reweigh(inputs.logits, inputs.history, sampler);
      return { logits, penalty: logits.map((logit, i) => inputs.logits.data[i] - logit) };
    },
    noRepeatNgram: ({ inputs, params }) => ({
      banned: Int32Array.from(completions(Array.from(inputs.history.data), params.ngram)),
    }),
    adaptiveP: ({ inputs: { logits, uniform }, params }) => {
      const sampler = adaptiveP(params);
      const steps = Array.from(uniform.data as Float64Array, (u, row) => {
        const candidates = new Candidates().load({ ...logits, row });
        sampler.apply(candidates);
        const chosen = inverseCdf(candidates, u);
        const probs = Array.from(candidates.tokens(), (_token, position) => candidates.probability(position));
        sampler.accept(chosen);
        return { chosen, probs, adapted: sampler.adapted, mean: sampler.mean };
      });
      return {
        adapted_target: steps.map(({ adapted }) => adapted),
        transformed_probs: ndarray(Float64Array.from(steps.flatMap(({ probs }) => probs)), logits.shape),
        chosen: steps.map(({ chosen }) => chosen),
        running_average_after: steps.map(({ mean }) => mean),
      };
    },
  },
  { partial: true },
);
