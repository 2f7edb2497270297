import { defineMethod } from '@surprisal/core';
import { z } from 'zod';
import { type Chain, chain } from './chain.js';
import { dry } from './dry.js';
import { minP } from './min-p.js';
import { penalties } from './penalties.js';
import { type Sampler, minKeepParam, semanticsParam, sharedParams } from './sampler.js';
import { temperature } from './temperature.js';
import { topK } from './top-k.js';
import { topNSigma } from './top-n-sigma.js';
import { topP } from './top-p.js';
import { typical } from './typical.js';
import { xtc } from './xtc.js';

const of = {
  penalties: penalties.info.params.shape,
  dry: dry.info.params.shape,
  xtc: xtc.info.params.shape,
};

const params = z.object({
  semantics: semanticsParam.describe(
    "llama: temperature last; transformers: before the truncations. And each link's own",
  ),
  repeat: of.penalties.repeat,
  frequency: of.penalties.frequency,
  presence: of.penalties.presence,
  lastN: of.penalties.lastN,
  dryMultiplier: of.dry.multiplier.unwrap().default(0).describe('DRY: size of the penalty; 0: none'),
  dryBase: of.dry.base,
  dryAllowedLength: of.dry.allowedLength,
  dryLastN: of.dry.lastN,
  dryBreakers: of.dry.breakers,
  topNSigma: topNSigma.info.params.shape.n.unwrap().default(-1).describe('standard deviations; negative: all'),
  topK: topK.info.params.shape.k,
  typicalP: typical.info.params.shape.tau.unwrap().default(1).describe('the probability kept by typical; 1: all'),
  topP: topP.info.params.shape.p,
  minP: minP.info.params.shape.m,
  xtcProbability: of.xtc.probability.unwrap().default(0).describe('XTC: of removing anything; 0: never'),
  xtcThreshold: of.xtc.threshold,
  temperature: temperature.info.params.shape.temperature,
  minKeep: minKeepParam,
  ...sharedParams,
});

/**
 * The usual chain, with llama.cpp's order and defaults: penalties, DRY, top-n-sigma, top-k (40), typical, top-p (0.95), min-p (0.05),
 * XTC, temperature (0.8), then the draw. With the semantics of transformers the temperature comes before the truncations.
 *
 * Links at their neutral values are left out.
 *
 * @param params those of the links: `repeat`, `frequency`, `presence`, `lastN`, `dryMultiplier`, ..., `topK`, `topP`, `minP`,
 *   `xtcProbability`, `xtcThreshold`, `temperature`, and `minKeep`, `semantics`, `seed`, `draw`
 * @throws DomainError when one is out of range
 *
 * @example
 * const sampler = defaultChain({ temperature: 0.7, repeat: 1.1, seed: 1 });
 * console.log(sampler.sample([1, 12, 3])); // 1
 * console.log(sampler.samplers.map(({ method }) => method).join(' ')); // penalties top-k top-p min-p temperature
 */
export const defaultChain = defineMethod<'sampler', typeof params, Chain>(
  {
    kind: 'sampler',
    name: 'default-chain',
    summary: 'The usual chain: penalties, truncations, temperature, in the order of llama.cpp.',
    formula: 'penalties → DRY → top-nσ → top-k → typical → top-p → min-p → XTC → T',
    params,
  },
  ({ minKeep, semantics, seed, draw, ...p }) => {
    const warm = p.temperature !== 1 && temperature({ temperature: p.temperature, semantics });
    const links: readonly (Sampler | false)[] = [
      (p.repeat !== 1 || p.frequency !== 0 || p.presence !== 0) &&
        penalties({ repeat: p.repeat, frequency: p.frequency, presence: p.presence, lastN: p.lastN }),
      p.dryMultiplier > 0 &&
        dry({
          multiplier: p.dryMultiplier,
          base: p.dryBase,
          allowedLength: p.dryAllowedLength,
          lastN: p.dryLastN,
          breakers: p.dryBreakers,
        }),
      semantics === 'transformers' && warm,
      p.topNSigma >= 0 && topNSigma({ n: p.topNSigma }),
      p.topK > 0 && topK({ k: p.topK, minKeep, semantics }),
      p.typicalP < 1 && typical({ tau: p.typicalP, minKeep, semantics }),
      p.topP < 1 && topP({ p: p.topP, minKeep }),
      p.minP > 0 && minP({ m: p.minP, minKeep }),
      p.xtcProbability > 0 && xtc({ probability: p.xtcProbability, threshold: p.xtcThreshold, minKeep, seed }),
      semantics === 'llama' && warm,
    ];
    return chain(
      links.filter((link) => link !== false),
      { name: 'default-chain', seed, draw },
    );
  },
);
