import { type Chosen, argumentOf, callOf, factoryOf, quoted } from '../../lab/chosen.js';
import { BOOK, OWN, OWN_TEXT, type TokenisationState } from './settings.js';

/** The calls of the library that measure as the lab does. @param tokenizers as they were trained, with their sizes */
export function codeOf(state: TokenisationState, tokenizers: readonly Chosen[]): string {
  const { source } = state;
  const random = source.name !== BOOK && source.name !== OWN;
  const names = [...tokenizers.map(({ name }) => factoryOf(name)), ...(random ? [factoryOf(source.name)] : [])];
  return [
    ...(random ? [`import { Random } from '@surprisal/core';`] : []),
    ...(source.name === BOOK ? [`import { nodeData } from '@surprisal/data/node';`] : []),
    `import { ${[...new Set([...names, 'lossPerCharacter', 'unigram'])].sort().join(', ')} } from '@surprisal/language';`,
    '',
    ...symbolsOf(state),
    ...(source.name === OWN
      ? ['const [train, test] = [symbols, symbols];']
      : [
          'const middle = symbols.length / 2;',
          'const [train, test] = [symbols.slice(0, middle), symbols.slice(middle)];',
        ]),
    `for (const trainer of [${tokenizers.map(callOf).join(', ')}]) {`,
    `  const tokenizer = trainer.train(train, { alphabetSize });`,
    `  const model = unigram().train(tokenizer.encode(train), { vocabularySize: tokenizer.size });`,
    `  console.log(trainer.method, tokenizer.size, lossPerCharacter(tokenizer, model, test).toFixed(3));`,
    `}`,
  ].join('\n');
}

/** Lines that make `symbols` and `alphabetSize`. */
function symbolsOf({ source, length, seed }: TokenisationState): string[] {
  const ofText = [
    `const characters = [...new Set(text)].sort();`,
    `const symbols = Array.from(text, (character) => characters.indexOf(character));`,
    `const alphabetSize = characters.length;`,
  ];
  if (source.name === OWN) return [`const text = ${JSON.stringify(source.params.text ?? OWN_TEXT)};`, ...ofText];
  if (source.name === BOOK)
    return [`const text = (await nodeData('moby-dick')).text.slice(0, ${2 * length});`, ...ofText];
  return [
    `const source = ${callOf(source)};`,
    `const symbols = source.generate(${2 * length}, new Random(${seed}).split('text'));`,
    `const { alphabetSize } = source;`,
  ];
}

/** A dictionary over bytes has at least this many tokens. */
const LEAST = 512;

/** The commands that come nearest: they learn from books and files, and write them in bytes. */
export function commandOf({ source, cut }: TokenisationState, tokenizers: readonly Chosen[]): string {
  const corpus = source.name === OWN ? 'my-text.txt' : BOOK;
  const text = cut === '' ? '' : ` ${quoted(cut)}`;
  const commands = tokenizers.map(({ name, params }) => {
    const sized: Chosen['params'] = 'r' in params ? { r: 1 } : { size: Math.max(LEAST, Number(params.size ?? 0)) };
    return `surprisal tokenize --corpus ${corpus} --tokenizer ${argumentOf({ name, params: { ...params, ...sized } })}${text}`;
  });
  return ['# Commands learn from a book or a file, in bytes: a dictionary begins with 256 tokens.', ...commands].join(
    '\n',
  );
}
