import { readFile, writeFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { DataError, type Registry } from '@surprisal/core';
import { type Tokenizer, tokenizerFromJson } from '@surprisal/language';
import { UsageError } from '../exit.js';
import { type CorpusText, readCorpus } from '../language/corpus.js';
import { type Cost, costOf, splitText } from '../language/cost.js';
import { type ShownToken, showTokens } from '../language/show-tokens.js';
import { tokenized } from '../language/tokenized.js';
import { readMethod } from '../method-text.js';
import type { Output, OutputOptions } from '../output.js';
import { paramsOfFlags } from '../parameters.js';
import { loadPlugins } from '../plugins.js';
import { progressView } from '../terminal/progress.js';
import { layout } from '../terminal/table.js';

/** The flags of `surprisal tokenize`, and the parameters of the tokenizer. */
export interface TokenizeFlags extends OutputOptions {
  readonly tokenizer?: string;
  readonly corpus?: string;
  readonly save?: string;
  readonly load?: string;
  readonly [parameter: string]: unknown;
}

/** `surprisal tokenize [text...]` */
export async function tokenize(output: Output, words: readonly string[], flags: TokenizeFlags): Promise<void> {
  if (flags.load !== undefined && (flags.tokenizer ?? flags.save) !== undefined)
    throw new UsageError('--load takes a tokenizer as it is: --tokenizer and --save have no part in it');
  const { registry } = await loadPlugins(output);
  const corpus = await readCorpus(flags.corpus ?? 'moby-dick');
  const parts = splitText(corpus.text);
  const { tokenizer, tokens } =
    flags.load === undefined ? await learn(output, registry, parts[0], flags) : await load(flags.load, parts[0]);
  const text = await givenText(words, corpus);
  if (words.length === 0) output.note(`no text is given: how ${corpus.name} begins`);
  const cut = tokensOf(tokenizer, text);
  const cost = parts[1] === '' ? undefined : costOf(tokenizer, tokens, parts);
  if (flags.save !== undefined) await save(tokenizer, flags.save);
  const characters = Array.from(text).length;
  output.result({
    tokenizer: { method: tokenizer.method, size: tokenizer.size },
    corpus: { name: corpus.name, characters: Array.from(corpus.text).length },
    text,
    tokens: cut,
    characters,
    charactersPerToken: characters / cut.length,
    ...(cost && {
      bitsPerCharacter: {
        unigramOfTokens: cost.tokens,
        unigramOfCharacters: cost.characters,
        measuredOn: cost.measuredOn,
      },
    }),
  });
  showTokens(output, cut);
  const counts = `${cut.length} tokens, ${characters} characters, ${(characters / cut.length).toFixed(2)} characters per token`;
  output.print(`\n${counts}`);
  output.print(
    output.colors.dim(
      `${tokenizer.method}, ${tokenizer.size} tokens, ${flags.load === undefined ? `learned from ${corpus.name}` : `from ${flags.load}`}`,
    ),
  );
  if (cost) showCost(output, cost, corpus);
  if (flags.save !== undefined) output.note(`kept: ${flags.save}`);
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
  const json = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new DataError(
      `${file}: ${error.code === 'ENOENT' ? 'no such file' : `cannot be read (${error.code})`}; name one that --save wrote`,
    );
  });
  const tokenizer = parsed(file, json);
  return { tokenizer, tokens: tokenizer.encode(text) };
}

function parsed(file: string, json: string): Tokenizer {
  try {
    return tokenizerFromJson(json);
  } catch {
    throw new DataError(`${file}: is no tokenizer that --save wrote; save it again`);
  }
}

const save = (tokenizer: Tokenizer, file: string) =>
  writeFile(file, `${JSON.stringify(tokenizer)}\n`).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(`${file}: cannot be written (${error.code}); name another file with --save`);
  });

/** The words of the call, stdin, or how the corpus begins. */
async function givenText(words: readonly string[], { text }: CorpusText): Promise<string> {
  const given =
    words.length === 1 && words[0] === '-' ? (await textOf(process.stdin)).replace(/\n$/, '') : words.join(' ');
  if (words.length > 0 && given === '') throw new UsageError('tokenize: the text is empty; give some words');
  return words.length > 0 ? given : text.trimStart().slice(0, 300).replace(/\S*$/, '').trimEnd();
}

const tokensOf = (tokenizer: Tokenizer, text: string): ShownToken[] =>
  Array.from(tokenizer.encode(text), (id) => ({ id, text: tokenizer.vocabulary[id]! }));

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
