import { type AnyMethod, DomainError } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import plugin from './plugin.js';

/** Every sampler must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(({ info }) => info.kind === 'sampler') as readonly AnyMethod<'sampler'>[];

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  it('chooses the same tokens for the same seed', () => {
    const run = () => {
      const sampler = method({ seed: 3 });
      return Array.from({ length: 20 }, () => sampler.sample([1, 2, 3, 2.5]));
    };
    expect(run()).toEqual(run());
  });

  it('refuses what it cannot compute, in one line', () => {
    expect(() => method().sample([])).toThrow(
      new DomainError(`${method.info.name}: logits must hold at least one number, got none`),
    );
    expect(() => method().sample([1, NaN])).toThrow(`${method.info.name}: logits must be numbers, got NaN for token 1`);
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});
