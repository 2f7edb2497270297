import { type AnyMethod, DomainError } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import plugin from './plugin.js';

/** Every tokenizer must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(({ info }) => info.kind === 'tokenizer') as readonly AnyMethod<'tokenizer'>[];

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  it('gives the same finite number every time', () => {
    const value = method()([1, 2, 3]);
    expect(value).toSatisfy(Number.isFinite);
    expect(method()([1, 2, 3])).toBe(value);
  });

  it('refuses what it cannot compute, in one line', () => {
    expect(() => method()([])).toThrow(
      new DomainError(`${method.info.name}: values must hold at least one number, got none`),
    );
    expect(() => method()([1, NaN])).toThrow(`${method.info.name}: values must be finite, got NaN at index 1`);
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});
