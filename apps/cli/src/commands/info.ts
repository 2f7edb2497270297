import { methodNames, studyNames } from '../offers.js';
import type { Declare } from './index.js';

export const info: Declare = (program) =>
  program
    .add('info', 'Say what a method, study or paper is, with its parameters.', [
      'info comp-sum',
      'info 29',
      'info mirostat',
    ])
    .argument('<name>', 'a method, a study, or a paper by number, name or arXiv id')
    .offers('', async () => [...(await methodNames()), ...(await studyNames())])
    .does(async (output, _options, [name]) => (await import('../actions/info.js')).info(output, name!));
