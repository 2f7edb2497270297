import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTinyModel } from '@surprisal/testing/tiny-onnx-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastLine, makeProject, surprisal, surprisalProcess } from './project.js';
import { expectRefused } from './refused.js';

let project: ReturnType<typeof makeProject>;
const run = (args: string) => surprisal(['decode', ...args.split(' ')], { cwd: project.folder });

const SIZE = 12;
/** After token a: the tokens a + 1, a + 2, ... with probabilities that fall. */
const logits = Array.from({ length: SIZE }, (_, a) =>
  Array.from({ length: SIZE }, (_, b) => -2 * Math.log(1 + ((b - a - 1 + SIZE) % SIZE))),
);
/** The surprisal of the most probable token, in bits. */
const LEAST = Math.log2(logits[0]!.reduce((sum, logit) => sum + Math.exp(logit), 0));

beforeAll(async () => {
  project = makeProject();
  const folder = (name: string) => join(project.folder, 'models', name);
  await writeTinyModel(folder('table'), { logits });
  await writeTinyModel(folder('ending'), { logits, end: 5 });
  await writeTinyModel(folder('remembering'), { logits, remembers: true });
  await writeTinyModel(folder('nan'), { logits: logits.map((row) => row.map(() => NaN)) });
  await writeTinyModel(folder('incomplete'), { logits });
  rmSync(join(folder('incomplete'), 'tokenizer.json'));
  await writeTinyModel(folder('corrupt'), { logits });
  writeFileSync(join(folder('corrupt'), 'onnx/model.onnx'), 'no model');
  mkdirSync(folder('empty'));
});
afterAll(() => project.remove());

interface DecodeJson {
  model: string;
  text: string;
  tokens: { id: number; text: string; surprisal: number; entropy: number }[];
  texts?: { text: string; finished: boolean }[];
}
const json = async (args: string) => {
  const { code, stdout } = await run(`${args} --json`);
  return { code, ...(JSON.parse(stdout) as DecodeJson) };
};

describe('surprisal decode --model', () => {
  it('writes with a model of transformers.js, with the surprisal that its logits say', async () => {
    const found = await json('--model models/table --prompt w3 --sampler greedy --max-tokens 4');
    expect(found).toMatchObject({ code: 0, model: 'gpt2 in table (fp32)', text: ' w4 w5 w6 w7' });
    for (const { surprisal } of found.tokens) expect(surprisal).toBeCloseTo(LEAST, 5);
  });

  it('shows text and tokens to people', async () => {
    const { code, stdout, stderr } = await run(
      '--model models/table --prompt w3 --sampler greedy --max-tokens 3 --surprisal --stream',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^w3 w4 w5 w6\n/);
    expect(stdout).toMatch(/^2 +·w5 +\d\.\d\d/m);
    expect(stderr).toContain('gpt2 in table (fp32)\ngreedy, seed 1\n');
  });

  it('draws with the seed, and ends with the token that ends texts', async () => {
    const args = '--model models/ending --prompt w0 --sampler temperature --max-tokens 200';
    const [first, again, other] = await Promise.all([json(args), json(args), json(`${args} --seed 5`)]);
    expect(again).toEqual(first);
    expect(other.text).not.toBe(first.text);
    expect(first.tokens.at(-1)).toMatchObject({ id: 5, text: '' });
  });

  it('tells a model with a memory one token at a time, to the same end as all tokens at once', async () => {
    const args = '--model models/remembering --prompt w3 --max-tokens 8';
    // a search begins every sequence anew but the one that goes on
    const [drawn, searched] = await Promise.all([
      json(`${args} --sampler greedy`),
      json(`${args} --search beam-search --beams 1`),
    ]);
    expect(drawn.tokens.map(({ id }) => id)).toEqual(searched.tokens.map(({ id }) => id));
    let [sums, count] = [logits[3]!, 1];
    for (const { id, surprisal } of drawn.tokens) {
      const row = sums.map((sum) => sum / count);
      expect(id).toBe(row.indexOf(Math.max(...row)));
      const total = Math.log2(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      expect(surprisal).toBeCloseTo(total - row[id]! / Math.LN2, 4);
      [sums, count] = [sums.map((sum, i) => sum + logits[id]![i]!), count + 1];
    }
  });

  it('searches', async () => {
    const found = await json('--model models/ending --prompt w3 --search beam-search --beams 3 --max-tokens 5');
    expect(found.texts!.map(({ text }) => text)).toContain(' w4');
    expect(found.text).toBe(found.texts![0]!.text);
  });

  it.each<[string, string | RegExp]>([
    [
      '--model models/nowhere --prompt w1',
      'models/nowhere: no such folder; --model takes one with a model in the form of transformers.js',
    ],
    ['--model package.json --prompt w1', 'package.json: is a file; --model takes the folder of a model'],
    [
      '--model models/empty --prompt w1',
      /^models\/empty: has no config\.json, tokenizer\.json, tokenizer_config\.json, onnx\/model\.onnx; --model takes a folder/,
    ],
    ['--model models/incomplete --prompt w1', /^models\/incomplete: has no tokenizer\.json; --model takes a folder/],
    ['--model models/corrupt --prompt w1', /^models\/corrupt: cannot be loaded as a causal language model: /],
    ['--model models/table', 'models/table: the model has no token that begins a text; give it a --prompt'],
    ['--model models/nan --prompt w1', /logits must .*NaN/],
    ['--model models/table --corpus moby-dick', /^--model takes a model as it is: --corpus, /],
  ])('refuses %s', async (args, message) => {
    expectRefused(await run(args), message);
  });

  it('says what to install when transformers.js is missing', async () => {
    const missing = `import { register } from 'node:module'; register('data:text/javascript,' + encodeURIComponent(
      'export const resolve = (name, context, next) => { if (name === "@huggingface/transformers") throw Object.assign(new Error("not there"), { code: "ERR_MODULE_NOT_FOUND" }); return next(name, context); }'));`;
    const { code, stderr } = await surprisalProcess('decode --model models/table --prompt w1'.split(' '), {
      cwd: project.folder,
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(missing)}` },
    });
    expect([code, lastLine(stderr)]).toEqual([
      2,
      'surprisal: --model: the package @huggingface/transformers is missing; install it with npm install @huggingface/transformers',
    ]);
  });
});
