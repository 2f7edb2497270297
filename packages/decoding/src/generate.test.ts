import { ShapeError } from '@surprisal/core';
import { describe, expect, it } from 'vitest';
import { complete, generate } from './generate.js';
import { mirostat } from './mirostat.js';
import { topK } from './top-k.js';
import { topP } from './top-p.js';

const model = (tokens: readonly number[]) =>
  Array.from({ length: 5 }, (_, v) => (v === (tokens.at(-1)! + 1) % 5 ? 3 : 0));

describe('generate', () => {
  it('draws what the sampler draws, and stops at a stop token or at the limit', async () => {
    const request = { model, prompt: [0], maxTokens: 8 };
    const { tokens, finish } = await complete({ ...request, sampler: topK({ k: 1 }) });
    expect(tokens).toEqual([1, 2, 3, 4, 0, 1, 2, 3]);
    expect(finish).toBe('length');
    const ended = await complete({ ...request, sampler: topK({ k: 1 }), stop: [3, 7] });
    expect(ended).toMatchObject({ tokens: [1, 2, 3], finish: 'stop' });
    const again = topP({ seed: 4 });
    for (const token of (await complete({ ...request, sampler: topP({ seed: 4 }) })).tokens) {
      expect(again.sample(model([request.prompt.at(-1)!]))).toBe(token);
      request.prompt = [token];
    }
  });

  it("says the model's surprisal and entropy in bits, whatever the sampler cuts", async () => {
    const p = Math.exp(3) / (Math.exp(3) + 4);
    const { steps } = await complete({ model, prompt: [0], sampler: topK({ k: 1 }), maxTokens: 2 });
    expect(steps[1]!.surprisal).toBeCloseTo(-Math.log2(p), 12);
    expect(steps[1]!.entropy).toBeCloseTo(-p * Math.log2(p) - (1 - p) * Math.log2((1 - p) / 4), 12);
    const certain = await complete({ model: () => [0, Infinity], prompt: [], sampler: topP(), maxTokens: 1 });
    expect(certain.steps[0]).toMatchObject({ token: 1, surprisal: 0, entropy: 0 });
  });

  it('lets a sampler with a memory steer: mirostat holds its target', async () => {
    const wide = () => Array.from({ length: 500 }, (_, v) => -1.1 * Math.log(v + 1));
    const sampler = mirostat({ preset: 'llama-v2', surprise: 'original', tau: 3, eta: 0.1, seed: 2 });
    const { meanSurprisal } = await complete({ model: wide, prompt: [3, 4], sampler, maxTokens: 1000 });
    expect(meanSurprisal).toBeCloseTo(3, 0);
  });

  it('waits for slow models, and ends when it is aborted', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const run = async () => {
      const slow = async (tokens: readonly number[]) => Promise.resolve(model(tokens));
      const request = { model: slow, prompt: [0], sampler: topK({ k: 1 }), maxTokens: 9, signal: controller.signal };
      for await (const { token } of generate(request)) {
        seen.push(token);
        if (token === 2) controller.abort(new Error('enough'));
      }
    };
    await expect(run()).rejects.toThrow('enough');
    expect(seen).toEqual([1, 2]);
  });

  it('refuses logits that change their length, and a limit below 1', async () => {
    const growing = (tokens: readonly number[]) => tokens.map(() => 0);
    await expect(complete({ model: growing, prompt: [0, 0], sampler: topP(), maxTokens: 3 })).rejects.toThrow(
      new ShapeError('generate: logits must be [2] as they were before, got [3]'),
    );
    await expect(complete({ model, prompt: [0], sampler: topP(), maxTokens: 0.5 })).rejects.toThrow(
      /maxTokens must be/,
    );
  });
});
