import { kindNames } from '../offers.js';
import type { Declare } from './index.js';

export const list: Declare = (program) =>
  program
    .add('list', 'List methods by kind, and studies.', ['list', 'list loss', 'list --json'])
    .argument('[kind]', 'only the methods of this kind')
    .offers('', kindNames)
    .does(async (output, _options, [kind]) => (await import('../actions/list.js')).list(output, kind));
