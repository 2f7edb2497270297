import { collect } from '../command.js';
import { corpusNames, methodNames } from '../offers.js';
import type { Declare } from './index.js';
import { addMethodFlags, asksForHelp, flagsOf } from './method-flags.js';
import { SAMPLER } from '../language/default-sampler.js';

export const decode: Declare = (program) => {
  const command = program.add(
    'decode',
    'Write text with a language model and a sampler, and show how surprising each token is.',
    [
      "decode --prompt 'Call me' --sampler mirostat --tau 3",
      "decode --prompt 'Call me' --sampler top-k:k=40 --sampler temperature:temperature=0.8 --seed 7",
      "decode --prompt 'Call me' --sampler min-p --surprisal",
      "decode --prompt 'Call me' --search beam-search --beams 4 --max-tokens 20",
      "decode --prompt 'Once upon a time' --model models/my-model --stream",
      'decode --sampler mirostat --help      (all parameters of a sampler)',
    ],
  );
  command.prepare = async (words) => {
    const searches = flagsOf(words, '--search');
    const samplers = flagsOf(words, '--sampler');
    if (searches.length > 0) await addMethodFlags(command, 'search', searches);
    else if (samplers.length > 0) await addMethodFlags(command, 'sampler', samplers);
    else if (!asksForHelp(words)) await addMethodFlags(command, 'sampler', [SAMPLER]);
  };
  return command
    .option('--prompt <text>', 'how the text begins; - for stdin')
    .option('--sampler <name>', `how tokens are chosen (default ${SAMPLER}); repeated: one after the other`, collect)
    .option('--search <name>', 'look for probable texts instead')
    .option('--max-tokens <count>', 'how long the text gets (default 100)')
    .option('--seed <number>', 'seed of the draws (default 1)')
    .optionsGroup('Model:')
    .option('--corpus <name>', 'what it learns from: moby-dick, state-of-the-union, or a file (default moby-dick)')
    .option('--tokenizer <name>', 'its tokens (default bpe:size=2048,pretokenize=words)')
    .option('--language-model <name>', 'how it learns (default kneser-ney)')
    .option(
      '--model <folder>',
      'a model in ONNX of your own instead, in the form of transformers.js; nothing is downloaded',
    )
    .optionsGroup('Display:')
    .option('--stream', 'print each token as it comes (on a terminal it does)')
    .option('--surprisal', 'print a table of the tokens with their surprisal')
    .option('--json-lines', 'print each token as a line of JSON')
    .offers('--sampler', () => methodNames('sampler'))
    .offers('--search', () => methodNames('search'))
    .offers('--corpus', corpusNames)
    .offers('--tokenizer', () => methodNames('tokenizer'))
    .offers('--language-model', () => methodNames('language-model'))
    .does(async (output, options) => (await import('../actions/decode.js')).decode(output, options));
};
