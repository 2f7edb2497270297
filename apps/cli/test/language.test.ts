import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SurprisalOptions, lastLine, makeProject, surprisal, surprisalProcess } from './project.js';
import { expectRefused } from './refused.js';

let project: ReturnType<typeof makeProject>;
const run = (args: string | readonly string[], options: Partial<SurprisalOptions> = {}) =>
  surprisal(typeof args === 'string' ? args.split(' ').filter(Boolean) : args, {
    cwd: project.folder,
    ...options,
    env: { SURPRISAL_CACHE: join(project.folder, 'cache'), ...options.env },
  });
const notes = (stderr: string) => stderr.replace(/^warning: plugin .*\n/gm, '');

const WORDS = 'the cat sat on a mat and saw some dogs run to town'.split(' ');
/** Words in an order without a period. */
const TEXT = Array.from({ length: 900 }, (_, i) => WORDS[(i * i * 31 + ((i * 7919) % 101)) % 13]).join(' ');
const SMALL = '--corpus small.txt --tokenizer bpe:size=300 --language-model kneser-ney:order=3';

beforeAll(() => {
  project = makeProject();
  writeFileSync(join(project.folder, 'small.txt'), TEXT);
});
afterAll(() => project.remove());

interface DecodeJson {
  version: number;
  text: string;
  seed: number;
  tokens: { id: number; text: string; surprisal: number; entropy: number; perplexity: number }[];
  summary: { tokens: number; bitsPerToken: number; natsPerToken: number; perplexity: number };
  methods: { name: string; params: Record<string, unknown> }[];
  texts?: { text: string; score: number }[];
}
const json = async <T>(args: string | readonly string[]) => {
  const { code, stdout } = await run([...(typeof args === 'string' ? args.split(' ') : args), '--json']);
  return { code, ...(JSON.parse(stdout) as T) };
};

describe('surprisal decode', () => {
  it('writes text with its surprisal, and sums it up', async () => {
    const { code, stdout, stderr } = await run(
      `decode ${SMALL} --prompt the --sampler mirostat --tau 3 --max-tokens 20`,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^the/);
    expect(stdout).toMatch(/^20 tokens, \d+ characters: [\d.]+ bits per token \([\d.]+ nats\), perplexity [\d.]+, /m);
    expect(notes(stderr)).toBe(
      'kneser-ney of order 3 over 300 tokens (bpe), learned from small.txt\nmirostat (tau=3), seed 1\n',
    );
    // eslint-disable-next-line no-control-regex -- escapes are what is looked for
    expect(stdout + stderr).not.toMatch(/\r|\u001b/);
  });

  it('is one JSON object: the tokens make the text, and the mean of their surprisal the perplexity', async () => {
    const found = await json<DecodeJson>(`decode ${SMALL} --prompt the --sampler top-p --p 0.9 --max-tokens 15`);
    expect(found).toMatchObject({ code: 0, version: 1, seed: 1, methods: [{ name: 'top-p', params: { p: 0.9 } }] });
    expect(found.tokens.map(({ text }) => text).join('')).toBe(found.text);
    const bits = found.tokens.reduce((sum, { surprisal }) => sum + surprisal, 0) / 15;
    expect(found.summary.bitsPerToken).toBeCloseTo(bits, 10);
    expect(found.summary.natsPerToken).toBeCloseTo(bits * Math.LN2, 10);
    expect(found.summary.perplexity).toBeCloseTo(2 ** bits, 8);
    expect(found.tokens.at(-1)!.perplexity).toBeCloseTo(2 ** bits, 8);
  });

  it('writes the same for the same seed, and another text for another', async () => {
    const args = `decode ${SMALL} --prompt the --max-tokens 20`;
    const [first, again, other] = await Promise.all(
      [args, args, `${args} --seed 2`].map((one) => json<DecodeJson>(one)),
    );
    expect(again!.text).toBe(first!.text);
    expect(other!.text).not.toBe(first!.text);
  });

  it('chains samplers in their order: the one token that top-k leaves is what greedy takes', async () => {
    const args = (samplers: string) => `decode ${SMALL} --prompt the --max-tokens 8 ${samplers}`;
    const [chained, greedy] = await Promise.all([
      json<DecodeJson>(args('--sampler top-k:k=1 --sampler temperature:temperature=5')),
      json<DecodeJson>(args('--sampler greedy')),
    ]);
    expect(chained.methods.map(({ name }) => name)).toEqual(['top-k', 'temperature']);
    expect(chained.text).toBe(greedy.text);
  });

  it('searches for probable texts', async () => {
    const found = await json<DecodeJson>(`decode ${SMALL} --prompt the --search beam-search --beams 3 --max-tokens 6`);
    expect(found).toMatchObject({ code: 0, methods: [{ name: 'beam-search', params: { beams: 3 } }] });
    expect(found.texts).toHaveLength(3);
    expect(found.texts![0]!.score).toBeGreaterThanOrEqual(found.texts![1]!.score);
    expect(found.tokens.map(({ text }) => text).join('')).toBe(found.texts![0]!.text);
  });

  it('streams lines of JSON, one for each token, and one at the end', async () => {
    const { stdout } = await run(`decode ${SMALL} --prompt the --max-tokens 5 --json-lines`);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; text: string });
    expect(lines.map(({ type }) => type)).toEqual([...Array.from({ length: 5 }, () => 'token'), 'end']);
    expect(
      lines
        .slice(0, 5)
        .map(({ text }) => text)
        .join(''),
    ).toBe(lines[5]!.text);
  });

  it('prints each token as it comes when asked, the same text as at once', async () => {
    const args = `decode ${SMALL} --prompt the --max-tokens 10`;
    expect((await run(`${args} --stream`)).stdout).toBe((await run(args)).stdout);
  });

  it('says the surprisal in numbers, and in colours with a legend when asked', async () => {
    const { stdout } = await run(`decode ${SMALL} --prompt the --max-tokens 5 --surprisal`);
    expect(stdout.match(/^ ?\d+ +\S+ +\d+\.\d\d /gm)).toHaveLength(5);
    expect(stdout).not.toContain('surprisal in bits:');
    const colour = await run(`decode ${SMALL} --prompt the --max-tokens 5 --color`);
    expect(colour.stdout).toMatch(/surprisal in bits:.*below 1.*above 10/);
  });

  it('is ASCII and quiet when asked', async () => {
    const { stdout, stderr } = await run(`decode ${SMALL} --prompt the --max-tokens 9 --surprisal --ascii --quiet`);
    // eslint-disable-next-line no-control-regex -- the range is the point
    expect(stdout).toMatch(/^[\x00-\x7f]*$/);
    expect(notes(stderr)).toBe('');
  });

  it('takes its prompt from stdin', async () => {
    const args = `decode ${SMALL} --prompt - --max-tokens 3`;
    expect((await run(args, { input: 'a cat\n' })).stdout).toMatch(/^a cat/);
  });

  it('ends with 130 on Ctrl-C, with what it has', async () => {
    const args = `decode ${SMALL} --prompt the --max-tokens 1000000 --json-lines`.split(' ');
    const { code, stdout } = await surprisalProcess(args, {
      cwd: project.folder,
      env: { SURPRISAL_CACHE: join(project.folder, 'cache') },
      watch: (stderr, child) => {
        if (stderr.includes('seed 1')) setTimeout(() => child.kill('SIGINT'), 300);
      },
    });
    expect(code).toBe(130);
    expect(JSON.parse(lastLine(stdout))).toMatchObject({ type: 'end' });
  });

  it('shows the parameters of the samplers that are named as flags', async () => {
    const { stdout } = await run('decode --sampler mirostat --help');
    expect(stdout).toContain('Parameters of mirostat:');
    expect(stdout).toMatch(/--tau <number>/);
  });
});

describe('what was learned', () => {
  it('is kept, and made anew when its file was cut off', async () => {
    const cache = join(project.folder, 'kept');
    const args = `decode ${SMALL} --prompt the --max-tokens 10`;
    const first = await run(args, { env: { SURPRISAL_CACHE: cache } });
    const [file] = readdirSync(cache);
    expect(readdirSync(cache)).toHaveLength(1);
    const whole = readFileSync(join(cache, file!));
    writeFileSync(join(cache, file!), whole.subarray(0, 500));
    const again = await run(args, { env: { SURPRISAL_CACHE: cache } });
    expect([again.code, again.stdout]).toEqual([0, first.stdout]);
    expect(readFileSync(join(cache, file!)).equals(whole)).toBe(true);
    const kept = await run(args, { env: { SURPRISAL_CACHE: cache } });
    expect(kept.stdout).toBe(first.stdout);
  });

  it('is made anew where nothing can be kept', async () => {
    const { code } = await run(`decode ${SMALL} --prompt the --max-tokens 2`, {
      env: { SURPRISAL_CACHE: '/proc/none' },
    });
    expect(code).toBe(0);
  });
});

interface TokenizeJson {
  tokens: { id: number; text: string }[];
  characters: number;
  charactersPerToken: number;
  bitsPerCharacter: { unigramOfTokens: number; unigramOfCharacters: number };
  tokenizer: { method: string; size: number };
}

describe('surprisal tokenize', () => {
  const small = ['tokenize', '--corpus', 'small.txt', '--size', '300'];

  it('shows tokens with their bounds, ids and counts, and what they buy', async () => {
    const { code, stdout } = await run([...small, 'the cat ran']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]!.replaceAll('│', '')).toBe('the·cat·ran');
    expect(stdout).toMatch(/^ids \d+( \d+)*$/m);
    expect(stdout).toMatch(/^\d+ tokens, 11 characters, [\d.]+ characters per token$/m);
    expect(stdout).toMatch(/^frequencies of tokens +[\d.]+ +[\d.]+%$/m);
  });

  it('is one JSON object whose tokens make the text; tokens cost less than characters', async () => {
    const found = await json<TokenizeJson>([...small, 'the cat ran']);
    expect(found).toMatchObject({ code: 0, characters: 11, tokenizer: { method: 'bpe', size: 300 } });
    expect(found.tokens.map(({ text }) => text).join('')).toBe('the cat ran');
    expect(found.charactersPerToken).toBeCloseTo(11 / found.tokens.length, 10);
    expect(found.bitsPerCharacter.unigramOfTokens).toBeLessThan(found.bitsPerCharacter.unigramOfCharacters);
  });

  it('keeps a tokenizer, and takes it again', async () => {
    const saved = await json<TokenizeJson>([...small, '--save', 'small.json', 'the dog']);
    const loaded = await json<TokenizeJson>('tokenize --corpus small.txt --load small.json the dog');
    expect(loaded.tokens).toEqual(saved.tokens);
    expect(loaded.tokenizer).toEqual(saved.tokenizer);
  });

  it('says the text of ids, the same that they were cut from', async () => {
    const text = 'the naïve cat';
    const { tokens } = await json<TokenizeJson>([...small, text]);
    const ids = tokens.map(({ id }) => String(id));
    expect((await run([...small, '--decode', ...ids])).stdout).toMatch(/^the naïve cat\n\n/);
    expect(await json<{ text: string }>([...small, '--decode', ids.join(',')])).toMatchObject({ text, tokens });
  });

  it('cuts what comes on stdin, in ASCII when asked', async () => {
    const { stdout } = await run([...small, '-', '--ascii'], { input: 'the naïve cat\n' });
    // eslint-disable-next-line no-control-regex -- the range is the point
    expect(stdout).toMatch(/^[\x00-\x7f]*$/);
    expect(stdout.split('\n')[0]).toContain('|<0xC3>|');
  });

  it('begins with the corpus when no text is given, and says so', async () => {
    const { code, stdout, stderr } = await run(small);
    expect([code, notes(stderr)]).toEqual([0, 'no text is given: how small.txt begins\n']);
    expect(stdout.replaceAll('│', '')).toMatch(/^the·/);
  });
});

describe('mistakes: one line on stderr, exit code 2', () => {
  it.each<[string | readonly string[], string | RegExp]>([
    ['decode --sampler mirostatt', 'unknown sampler "mirostatt": did you mean "mirostat"?'],
    ['decode --search beam', /^unknown search "beam"/],
    ['decode --search beam-search --sampler greedy', '--search and --sampler are two ways to write; give one'],
    ['decode --sampler top-p --p 2', 'top-p: p must be at most 1, got 2'],
    ['decode --sampler top-p --tau 3', /^unknown option '--tau'/],
    ['decode --sampler top-p:p', 'top-p: parameters must be key=value, got "p"'],
    ['decode --sampler top-k --sampler top-k --k 3', '--k could be of top-k or of top-k; write it there: top-k:k=...'],
    ['decode --max-tokens 0', '--max-tokens must be a whole number of at least 1, got "0"'],
    ['decode --seed one', 'seed must be a whole number, got "one"'],
    ['decode --corpus moby-dik', 'unknown corpus "moby-dik": did you mean "moby-dick"?'],
    ['decode --corpus nowhere.txt', /^nowhere\.txt: no such file; give a text, or one of moby-dick/],
    ['decode --corpus empty.txt', 'empty.txt: the file is empty; give a text to train on'],
    ['decode --corpus binary.txt', 'binary.txt: must be text in UTF-8; save it as that'],
    ['decode --corpus small.txt --tokenizer bp', /^unknown tokenizer "bp": did you mean "bpe"\?/],
    ['decode --corpus small.txt --language-model kneser', /^unknown language-model "kneser"/],
    [
      [
        'decode',
        '--corpus',
        'small.txt',
        '--tokenizer',
        'bpe:alphabet=characters,byteFallback=false',
        '--prompt',
        'Öl',
      ],
      /^tokenizer: text must be of the \d+ characters seen in training, got "Ö"$/,
    ],
    ['tokenize --tokenizer bpee', /^unknown tokenizer "bpee": did you mean "bpe"\?/],
    ['tokenize --corpus small.txt --size 10', 'bpe: size must be at least 256, the size of the alphabet, got 10'],
    ['tokenize --load nowhere.json', 'nowhere.json: no such file; name one that --save wrote'],
    ['tokenize --corpus small.txt --load small.txt', 'small.txt: is no tokenizer that --save wrote; save it again'],
    ['tokenize --load a.json --save b.json', /^--load takes a tokenizer as it is/],
    [
      ['tokenize', '--corpus', 'small.txt', '--save', '/proc/none/a.json', 'the'],
      /^\/proc\/none\/a\.json: cannot be written \(E\w+\)/,
    ],
    [['tokenize', ''], 'tokenize: the text is empty; give some words'],
    ['tokenize --corpus small.txt --size 300 --decode', '--decode: give the ids of tokens, such as 67 396 300'],
    [
      'tokenize --corpus small.txt --size 300 --decode 12 300',
      '--decode: ids must be whole numbers from 0 to 299, got "300"',
    ],
  ])('%s', async (args, message) => {
    writeFileSync(join(project.folder, 'empty.txt'), ' \n');
    writeFileSync(join(project.folder, 'binary.txt'), Buffer.from([0x61, 0xff, 0xfe, 0xc0]));
    expectRefused(await run(args), message);
  });
});
