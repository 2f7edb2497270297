import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError, ShapeError } from '@surprisal/core';
import {
  AutoModelForCausalLM,
  AutoTokenizer,
  LogitsProcessorList,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  Tensor,
  pipeline,
} from '@huggingface/transformers';
import { writeTinyModel } from '@surprisal/testing/tiny-onnx-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chain } from './chain.js';
import { mirostat } from './mirostat.js';
import { penalties } from './penalties.js';
import { temperature } from './temperature.js';
import { topK } from './top-k.js';
import { topP } from './top-p.js';
import { processorsFrom, samplerProcessor } from './transformers.js';

const VOCABULARY = 30;
const NUCLEUS = 4; // tokens that hold 80% after each token

/** After token a: the tokens a + 1, a + 2, ... with probabilities that fall. */
const logits = Array.from({ length: VOCABULARY }, (_, a) =>
  Array.from({ length: VOCABULARY }, (_, b) => -1.4 * Math.log(1 + ((b - a - 1 + VOCABULARY) % VOCABULARY))),
);
/** The rank, from 0, of a token after another. */
const rankAfter = (a: number, b: number) => (b - a - 1 + VOCABULARY) % VOCABULARY;
const ranks = (tokens: readonly number[]) => tokens.slice(1).map((token, i) => rankAfter(tokens[i]!, token));

let folder: string;
let model: PreTrainedModel;
let tokenizer: PreTrainedTokenizer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiny-model-'));
  await writeTinyModel(folder, { logits, generationConfig: { top_p: 0.3, do_sample: true, top_k: 0 } });
  model = await AutoModelForCausalLM.from_pretrained(folder, { local_files_only: true, dtype: 'fp32' });
  tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
});
afterAll(() => rm(folder, { recursive: true }));

/** The rows of tokens that the real library generates from prompts of the same length. */
async function generated(prompts: readonly (readonly number[])[], options: Record<string, unknown>) {
  const inputs = new Tensor('int64', BigInt64Array.from(prompts.flat(), BigInt), [prompts.length, prompts[0]!.length]);
  const attention_mask = new Tensor('int64', new BigInt64Array(prompts.flat().length).fill(1n), inputs.dims);
  const found = (await model.generate({
    inputs,
    attention_mask,
    max_new_tokens: 200,
    do_sample: true,
    ...options,
  } as never)) as Tensor;
  return (found.tolist() as bigint[][]).map((row) => row.map(Number));
}

describe('transformers.js by itself', () => {
  it('ignores top_p, typical_p and min_p', async () => {
    for (const options of [{ top_p: 0.1 }, { typical_p: 0.1 }, { min_p: 0.9 }]) {
      const [row] = await generated([[0]], options);
      expect(Math.max(...ranks(row!))).toBeGreaterThan(NUCLEUS);
    }
  });
});

describe('processorsFrom', () => {
  it.each([
    ['top_p', { top_p: 0.5 }],
    ['min_p', { min_p: 0.2 }],
    ['epsilon_cutoff', { epsilon_cutoff: 0.1 }],
    ['eta_cutoff', { eta_cutoff: 0.2 }],
    ['top_k', { top_k: 3 }],
  ])('makes %s act: the least probable tokens no longer come, and several still do', async (_name, config) => {
    const logits_processor = processorsFrom(config);
    const [row] = await generated([[0]], { ...config, logits_processor });
    expect(Math.max(...ranks(row!))).toBeLessThan(NUCLEUS);
    expect(new Set(ranks(row!)).size).toBeGreaterThan(1);
  });

  it('makes typical_p act: tokens of more surprise than is to be expected no longer come', async () => {
    const [row] = await generated([[0]], { logits_processor: processorsFrom({ typical_p: 0.3 }) });
    const [free] = await generated([[0]], {});
    expect(new Set(ranks(row!)).size).toBeLessThan(new Set(ranks(free!)).size / 2);
  });

  it("takes the model's own generation config", async () => {
    const config = model.generation_config as { top_p: number };
    expect(config.top_p).toBe(0.3);
    const [row] = await generated([[0]], { logits_processor: processorsFrom(config) });
    expect(new Set(ranks(row!))).toEqual(new Set([0]));
  });

  it('is empty where nothing is on, or nothing is sampled', () => {
    expect([...processorsFrom({ top_p: 1, typical_p: 1, min_p: null, top_k: 0, epsilon_cutoff: 0 })]).toEqual([]);
    expect([...processorsFrom({ do_sample: false, top_p: 0.5 })]).toEqual([]);
  });

  it('refuses values out of range', () => {
    expect(() => processorsFrom({ top_p: 1.5 })).toThrow(
      new DomainError('processorsFrom: top_p must be from 0 to 1, got 1.5'),
    );
    expect(() => processorsFrom({ min_p: 2 })).toThrow(DomainError);
  });
});

describe('samplerProcessor', () => {
  it('lets the sampler draw: as it would by itself, whether transformers.js samples or not', async () => {
    const alone = topP({ p: 0.9, seed: 5 });
    const expected = [0];
    for (let i = 0; i < 50; i++) expected.push(alone.sample(logits[expected.at(-1)!]!));
    for (const do_sample of [true, false]) {
      const logits_processor = samplerProcessor(topP({ p: 0.9, seed: 5 }), { draw: 'sampler' });
      const [row] = await generated([[0]], { do_sample, max_new_tokens: 50, logits_processor });
      expect(row).toEqual(expected);
    }
  });

  it.each(['transformers', 'sampler'] as const)('holds the target of mirostat, drawn by %s', async (draw) => {
    const logits_processor = samplerProcessor(
      mirostat({ preset: 'llama-v2', surprise: 'original', tau: 2, eta: 0.1 }),
      { draw },
    );
    const [row] = await generated([[0]], { max_new_tokens: 1500, logits_processor });
    const total = Math.log2(logits[0]!.reduce((sum, x) => sum + Math.exp(x), 0));
    const surprise = ranks(row!).map((rank) => total + 1.4 * Math.log2(1 + rank));
    expect(Math.abs(surprise.reduce((sum, s) => sum + s, 0) / surprise.length - 2)).toBeLessThan(0.1);
  });

  it('remembers the tokens of the prompt and those that came: penalties act', async () => {
    const sampler = chain([penalties({ presence: 100, lastN: 1000 }), topK({ k: 1 })]);
    const logits_processor = samplerProcessor(sampler);
    const [row] = await generated([[3, 4, 5]], { max_new_tokens: 20, logits_processor });
    expect(new Set(row).size).toBe(23);
  });

  it('gives each row of a batch a copy of its own, and each generation other numbers', async () => {
    const sampler = () => samplerProcessor(chain([temperature({ temperature: 1 })], { seed: 9 }), { draw: 'sampler' });
    const logits_processor = sampler();
    const prompts = [[0], [0]];
    const [first, second] = await generated(prompts, { max_new_tokens: 30, logits_processor });
    expect(first).not.toEqual(second);
    const [third] = await generated([[0]], { max_new_tokens: 30, logits_processor });
    expect(third).not.toEqual(first);
    expect(await generated(prompts, { max_new_tokens: 30, logits_processor: sampler() })).toEqual([first, second]);
  });

  it('works in a pipeline, and in a list beside processors of transformers.js', async () => {
    const list = new LogitsProcessorList();
    list.extend([...samplerProcessor(topK({ k: 1 }))] as never);
    const generator = await pipeline('text-generation', folder, { local_files_only: true, dtype: 'fp32' });
    const options = { max_new_tokens: 4, do_sample: true, logits_processor: list };
    expect(await generator('w3 w4', options)).toEqual([{ generated_text: 'w3 w4 w5 w6 w7 w8' }]);
  });

  it('leaves padding of a batch out of what the sampler remembers', async () => {
    const told: number[] = [];
    const spy = topK({ k: 1 });
    const watched = Object.assign(Object.create(spy) as typeof spy, { clone: () => spy });
    const accept = spy.accept.bind(spy);
    spy.accept = (token) => (told.push(token), accept(token));
    tokenizer.padding_side = 'left';
    const { input_ids } = tokenizer(['w3', 'w7 w8'], { padding: true }) as { input_ids: Tensor };
    const rows = (input_ids.tolist() as bigint[][]).map((row) => row.map(Number));
    expect(rows).toEqual([
      [0, 3],
      [7, 8],
    ]);
    await generated(rows, { max_new_tokens: 1, logits_processor: samplerProcessor(watched, { pad: 0 }) });
    expect(told).toEqual([3, 7, 8]);
  });

  it('follows rows that are reordered and copied, as beams are', () => {
    const list = samplerProcessor(chain([penalties({ presence: 50, lastN: 100 }), topK({ k: 2 })]));
    const call = (ids: number[][]) => {
      const scores = new Tensor('float32', Float32Array.from(ids.flatMap(() => [3, 2, 1, 0])), [ids.length, 4]);
      list._call(
        ids.map((row) => row.map(BigInt)),
        scores,
      );
      return ids.map((_, b) => [0, 1, 2, 3].filter((v) => scores.data[b * 4 + v]! > -Infinity));
    };
    expect(call([[0], [1]])).toEqual([
      [1, 2],
      [0, 2],
    ]);
    expect(
      call([
        [1, 2],
        [1, 0],
      ]),
    ).toEqual([
      [0, 3],
      [2, 3],
    ]); // both go on from the second row
    expect(
      call([
        [1, 0, 3],
        [1, 2, 3],
      ]),
    ).toEqual([
      [0, 2],
      [0, 1],
    ]);
  });

  it('begins anew when another token came than was drawn', () => {
    const list = samplerProcessor(chain([penalties({ presence: 50, lastN: 100 }), topK({ k: 1 })]), {
      draw: 'sampler',
    });
    const drawnAfter = (ids: bigint[]) => {
      const scores = new Tensor('float32', Float32Array.of(3, 2, 1, 0), [1, 4]);
      list._call([ids], scores);
      return (scores.data as Float32Array).indexOf(0);
    };
    expect(drawnAfter([0n])).toBe(1);
    expect(drawnAfter([0n, 2n])).toBe(1); // 2 was forced: 1 has not come
    expect(drawnAfter([0n, 2n, 1n])).toBe(3);
  });

  it('refuses logits that are not one row per sequence', () => {
    const scores = new Tensor('float32', new Float32Array(8), [2, 4]);
    expect(() => void samplerProcessor(topK())._call([[0n]], scores)).toThrow(
      new ShapeError('samplerProcessor: logits must be [1, V], one row per sequence, got [2, 4]'),
    );
  });
});
