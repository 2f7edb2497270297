import { type AnyMethod, DomainError, Random } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import { logSoftmax } from './log-softmax.js';
import type { SequenceModel } from './model.js';
import plugin from './plugin.js';

/** Every search must pass these; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(({ info }) => info.kind === 'search') as readonly AnyMethod<'search'>[];

const logitsAfter = (tokens: readonly number[]) => {
  const random = new Random(5).split(...tokens.slice(-2));
  return Array.from({ length: 7 }, () => 2 * random.normal());
};
const model: SequenceModel = (sequences) =>
  sequences.map((tokens) => ({ logits: logitsAfter(tokens), hidden: tokens.map((token) => [token, 1, token % 3]) }));
const request = { model, prompt: [1, 2], maxTokens: 9, stop: [6] };

describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (name, method) => {
  it('finds sequences with their log-probabilities, best first, the same every time', async () => {
    const found = await method()(request);
    expect(found.length).toBeGreaterThan(0);
    for (const { tokens, logProb, finished } of found) {
      const sum = tokens.reduce(
        (total, token, at) => total + logSoftmax(logitsAfter([1, 2, ...tokens.slice(0, at)]))[token]!,
        0,
      );
      expect(logProb).toBeCloseTo(sum, 10);
      expect(tokens.indexOf(6)).toBe(finished ? tokens.length - 1 : -1);
      if (!finished) expect(tokens).toHaveLength(9);
    }
    const scores = found.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(await method()(request)).toEqual(found);
  });

  it('does not change when all logits move together', async () => {
    const moved: SequenceModel = async (sequences) =>
      (await model(sequences)).map((prediction) => {
        const { logits, hidden } = prediction as { logits: number[]; hidden: number[][] };
        return { logits: logits.map((logit) => logit + 100), hidden };
      });
    const tokens = (await method()(request)).map((found) => found.tokens);
    expect((await method()({ ...request, model: moved })).map((found) => found.tokens)).toEqual(tokens);
  });

  it('takes a vocabulary of one token, a model that answers at once, and masks', async () => {
    const one: SequenceModel = (sequences) => sequences.map(() => ({ logits: [3], hidden: [[1]] }));
    const [only] = await method()({ model: one, prompt: [0], maxTokens: 4 });
    expect(only!.tokens).toEqual([0, 0, 0, 0]);
    expect(only!.logProb).toBe(0);
    const masked: SequenceModel = (sequences) =>
      sequences.map(() => ({ logits: [-Infinity, 1e30, -1e30, Infinity, -Infinity], hidden: [[1]] }));
    const [certain] = await method()({ model: masked, prompt: [0], maxTokens: 3 });
    expect(certain!.tokens).toEqual([3, 3, 3]);
    expect(certain!.logProb).toBe(0);
  });

  it('ends when it is aborted', async () => {
    const controller = new AbortController();
    const aborting: SequenceModel = (sequences) => {
      controller.abort(new Error('enough'));
      return model(sequences);
    };
    await expect(method()({ ...request, model: aborting, signal: controller.signal })).rejects.toThrow('enough');
  });

  it('refuses what it cannot search, in one line', async () => {
    const hidden = [[1]];
    await expect(method()({ ...request, maxTokens: 0 })).rejects.toThrow(
      new DomainError(`${name}: maxTokens must be a whole number of at least 1, got 0`),
    );
    await expect(method()({ ...request, model: (s) => s.map(() => ({ logits: [0, NaN], hidden })) })).rejects.toThrow(
      new DomainError(`${name}: logits must be numbers, got NaN for token 1`),
    );
    await expect(method()({ ...request, model: (s) => s.map(() => ({ logits: [], hidden })) })).rejects.toThrow(
      /at least one number/,
    );
    await expect(method()({ ...request, model: () => [] })).rejects.toThrow(
      /model must give logits for each of \d sequences, got 0/,
    );
    const growing: SequenceModel = (sequences) => sequences.map((tokens) => ({ logits: tokens.map(() => 0), hidden }));
    await expect(method()({ ...request, model: growing })).rejects.toThrow(
      `${name}: logits must be [2] as they were before, got [3]`,
    );
    expect(() => method({ unheardOf: 1 })).toThrow(DomainError);
  });
});
