import { corpusNames, methodNames } from '../offers.js';
import type { Declare } from './index.js';
import { addMethodFlags, asksForHelp, flagOf } from './method-flags.js';

export const tokenize: Declare = (program) => {
  const command = program.add(
    'tokenize',
    'Cut a text into the tokens that a tokenizer learns from a corpus, and say what that buys.',
    [
      "tokenize 'Call me Ishmael.'",
      "tokenize --tokenizer bpe --size 512 --corpus moby-dick 'The whale!'",
      'tokenize - --corpus notes.txt --save notes.tokenizer.json < letter.txt',
      "tokenize --load notes.tokenizer.json 'Dear reader' --json",
      'tokenize --load notes.tokenizer.json --decode 68 101 97 114',
      'tokenize --tokenizer bpe --help      (all parameters of a tokenizer)',
    ],
  );
  command.prepare = async (words) => {
    const named = flagOf(words, '--tokenizer') ?? (asksForHelp(words) ? undefined : 'bpe');
    if (named !== undefined) await addMethodFlags(command, 'tokenizer', [named]);
  };
  return command
    .argument('[text...]', 'what to cut; - for stdin (default: how the corpus begins)')
    .option('--tokenizer <name>', 'how it learns, with parameters after a colon if any (default bpe)')
    .option('--corpus <name>', 'what it learns from: moby-dick, state-of-the-union, or a file (default moby-dick)')
    .option('--save <file>', 'keep the tokenizer')
    .option('--load <file>', 'take a tokenizer that was kept')
    .option('--decode', 'the words are ids: say their text')
    .offers('--tokenizer', () => methodNames('tokenizer'))
    .offers('--corpus', corpusNames)
    .does(async (output, options, words) => (await import('../actions/tokenize.js')).tokenize(output, words, options));
};
