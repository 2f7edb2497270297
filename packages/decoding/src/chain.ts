import { DomainError, parseParams } from '@surprisal/core';
import { z } from 'zod';
import type { Candidates } from './candidates.js';
import { type DrawOptions, type Sampler, BaseSampler, sharedParams } from './sampler.js';

/** Samplers one after the other. */
export interface Chain extends Sampler {
  /** The links, in their order; a clone's own. */
  readonly samplers: readonly Sampler[];
}

/** How a chain draws, and what it is called. */
export interface ChainOptions extends DrawOptions {
  /** Default `'chain'`. */
  readonly name?: string;
}

/**
 * Samplers one after the other, as one: each sees the candidates that those before it left, with probabilities renormalised over
 * them. The chain draws once, at its end, and tells all links which token was chosen.
 *
 * @param options `seed` and `draw` of the chain's own draw
 * @throws DomainError when a link is no sampler, or stands in the chain twice (it would remember every token twice)
 *
 * @example
 * const sampler = chain([topK({ k: 2 }), temperature({ temperature: 0.7 })], { seed: 1 });
 * const drawn = Array.from({ length: 5 }, () => sampler.sample([2, 0, 1.8, -1]));
 * console.log(drawn.every((token) => token === 0 || token === 2)); // true
 */
export function chain(samplers: readonly Sampler[], { name = 'chain', ...options }: ChainOptions = {}): Chain {
  samplers.forEach((link, i) => {
    if (typeof link?.sample !== 'function') {
      throw new DomainError(
        `${name}: samplers must be samplers, got ${typeof link} at index ${i}; call the method first`,
      );
    }
    if (samplers.indexOf(link) < i) {
      throw new DomainError(
        `${name}: samplers must differ, got the one of index ${samplers.indexOf(link)} again at ${i}`,
      );
    }
  });
  return new ChainSampler(name, samplers, parseParams(name, chainParams, options));
}

const chainParams = z.strictObject(sharedParams);

class ChainSampler extends BaseSampler implements Chain {
  constructor(
    name: string,
    readonly samplers: readonly Sampler[],
    options: DrawOptions,
  ) {
    super(name, options);
  }

  protected narrow(candidates: Candidates) {
    for (const sampler of this.samplers) sampler.apply(candidates);
  }

  protected remember(token: number) {
    for (const sampler of this.samplers) sampler.accept(token);
  }

  protected forget() {
    for (const sampler of this.samplers) sampler.reset();
  }

  protected copy(stream?: number | string) {
    return new ChainSampler(
      this.method,
      this.samplers.map((sampler) => sampler.clone(stream)),
      this.drawOptions,
    ) as this;
  }
}
