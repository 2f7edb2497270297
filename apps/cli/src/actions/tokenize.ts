import { existsSync } from 'node:fs';
import { DataError, type Registry } from '@surprisal/core';
import { type Tokenizer, tokenizerFromJson } from '@surprisal/language';
import { UsageError } from '../exit.js';
import { type CorpusText, readCorpus } from '../language/corpus.js';
import { type Cost, costOf, splitText } from '../language/cost.js';
import { type ShownToken, plainText, showTokens } from '../language/show-tokens.js';
import { tokenized } from '../language/tokenized.js';
import { readMethod } from '../method-text.js';
import type { Output, OutputOptions } from '../output.js';
import { paramsOfFlags } from '../parameters.js';
import { hasKind, loadPlugins } from '../plugins.js';
import { progressView } from '../terminal/progress.js';
import { layout } from '../terminal/table.js';
import { readStdin, readUserFile, writeUserFile } from '../user-files.js';

/** The flags of `surprisal tokenize`, and the parameters of the tokenizer. */
export interface TokenizeFlags extends OutputOptions {
  readonly tokenizer?: string;
  readonly corpus?: string;
  readonly save?: string;
  readonly load?: string;
  readonly decode?: boolean;
  readonly [parameter: string]: unknown;
}

/** All that `surprisal tokenize` says. */
interface TokenizeReport {
  readonly tokenizer: Tokenizer;
  readonly corpus: CorpusText;
  readonly text: string;
  readonly tokens: readonly ShownToken[];
  readonly characters: number;
  /** None for a corpus that is too short to keep a part of it back. */
  readonly cost: Cost | undefined;
}

/** `surprisal tokenize [text...]` */
export async function tokenize(output: Output, words: readonly string[], flags: TokenizeFlags): Promise<void> {
  if (flags.load !== undefined && (flags.tokenizer ?? flags.save) !== undefined)
    throw new UsageError('--load takes a tokenizer as it is: --tokenizer and --save have no part in it');
  const { registry } = await loadPlugins(output, hasKind('tokenizer'));
  const corpus = await readCorpus(flags.corpus ?? 'moby-dick');
  const parts = splitText(corpus.text);
  const { tokenizer, tokens } =
    flags.load === undefined ? await learn(output, registry, parts[0], flags) : await load(flags.load, parts[0]);
  const given = await givenText(words);
  if (given === undefined) output.note(`no text is given: how ${corpus.name} begins`);
  const ids = flags.decode ? readIds(tokenizer, given) : tokenizer.encode(given ?? beginningOf(corpus));
  const text = tokenizer.decode(ids);
  const report = {
    tokenizer,
    corpus,
    text,
    tokens: Array.from(ids, (id) => ({ id, text: tokenizer.vocabulary[id]! })),
    characters: Array.from(text).length,
    cost: parts[1] === '' ? undefined : costOf(tokenizer, tokens, parts),
  };
  if (flags.save !== undefined) await writeUserFile('--save', flags.save, `${JSON.stringify(tokenizer)}\n`);
  output.result(jsonOf(report));
  show(output, report, flags);
  if (flags.save !== undefined) output.note(`kept: ${flags.save}`);
}

const jsonOf = ({ tokenizer, corpus, text, tokens, characters, cost }: TokenizeReport) => ({
  tokenizer: { method: tokenizer.method, size: tokenizer.size },
  corpus: { name: corpus.name, characters: Array.from(corpus.text).length },
  text,
  tokens,
  characters,
  charactersPerToken: characters / tokens.length,
  ...(cost && {
    bitsPerCharacter: {
      unigramOfTokens: cost.tokens,
      unigramOfCharacters: cost.characters,
      measuredOn: cost.measuredOn,
    },
  }),
});

function show(output: Output, report: TokenizeReport, { decode, load: from }: TokenizeFlags): void {
  const { tokenizer, corpus, text, tokens, characters, cost } = report;
  if (decode) output.print(`${plainText(text, output.ascii)}\n`);
  showTokens(output, tokens);
  const perToken = (characters / tokens.length).toFixed(2);
  output.print(`\n${tokens.length} tokens, ${characters} characters, ${perToken} characters per token`);
  const origin = from === undefined ? `learned from ${corpus.name}` : `from ${from}`;
  output.print(output.colors.dim(`${tokenizer.method}, ${tokenizer.size} tokens, ${origin}`));
  if (cost) showCost(output, cost, corpus);
}

async function learn(output: Output, registry: Registry, text: string, flags: TokenizeFlags) {
  const { method, params } = readMethod(registry, 'tokenizer', flags.tokenizer ?? 'bpe');
  const view = await progressView(output, 'tokenizer');
  try {
    return tokenized(text, { method, params: { ...params, ...paramsOfFlags(method.info, flags) } }, view);
  } finally {
    view.done();
  }
}

async function load(file: string, text: string) {
  if (!existsSync(file)) throw new DataError(`${file}: no such file; name one that --save wrote`);
  const tokenizer = parsed(file, (await readUserFile(file)).toString());
  return { tokenizer, tokens: tokenizer.encode(text) };
}

function parsed(file: string, json: string): Tokenizer {
  try {
    return tokenizerFromJson(json);
  } catch {
    throw new DataError(`${file}: is no tokenizer that --save wrote; save it again`);
  }
}

/** The words of the call, or stdin; undefined where there are none. */
async function givenText(words: readonly string[]): Promise<string | undefined> {
  if (words.length === 0) return undefined;
  const given = words.length === 1 && words[0] === '-' ? await readStdin() : words.join(' ');
  if (given === '') throw new UsageError('tokenize: the text is empty; give some words');
  return given;
}

/** Some words, whole ones. */
const beginningOf = ({ text }: CorpusText): string => text.trimStart().slice(0, 300).replace(/\S*$/, '').trimEnd();

/** @throws UsageError for what is no id of the tokenizer */
function readIds({ size }: Tokenizer, text = ''): number[] {
  const words = text.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0) throw new UsageError('--decode: give the ids of tokens, such as 67 396 300');
  return words.map((word) => {
    if (/^\d+$/.test(word) && Number(word) < size) return Number(word);
    throw new UsageError(`--decode: ids must be whole numbers from 0 to ${size - 1}, got "${word}"`);
  });
}

function showCost(output: Output, { tokens, characters, measuredOn }: Cost, { name }: CorpusText): void {
  output.print(
    `\n${output.colors.bold('what a model without memory loses')}  ${output.colors.dim(`on the last ${measuredOn} characters of ${name}, which it has not seen`)}`,
  );
  const rows = [
    ['frequencies of tokens', tokens.toFixed(3), `${(100 * (1 - tokens / characters)).toFixed(1)}%`],
    ['frequencies of characters', characters.toFixed(3), ''],
  ];
  for (const line of layout(['model', 'bits per character', 'saved'], rows, [false, true])) output.print(line);
}
