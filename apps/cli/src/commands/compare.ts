import { comparedKinds, methodNames, taskNames } from '../offers.js';
import type { Declare } from './index.js';
import { operandsOf, withRunFlags } from './study-flags.js';

export const compare: Declare = (program) => {
  const command = program.add('compare', 'Compare methods of one kind on the same task: one table, one plot.', [
    'compare loss --on mnist --noise 0.4',
    'compare loss cross-entropy comp-sum:tau=1.5 focal --on mnist --noise 0,0.4,0.8',
    'compare sampler mirostat:tau=3 top-p greedy --on text',
    'compare loss --on mnist --help      (all parameters of the task)',
  ]);
  command.prepare = async (words) => {
    const [kind] = operandsOf(words);
    if (kind === undefined) return;
    const [{ knownPlugins }, { addParameterFlags }, { comparisonOf }] = await Promise.all([
      import('../plugins.js'),
      import('../parameters.js'),
      import('../actions/reproduce.js'),
    ]);
    const { registry } = await knownPlugins();
    registry.methods(kind); // a mistyped kind is named before its task
    const on = words.includes('--on') ? words[words.indexOf('--on') + 1] : undefined;
    addParameterFlags(command, comparisonOf(registry.studies, kind, on));
  };
  return withRunFlags(command)
    .argument('<kind>', 'the kind; surprisal list shows them')
    .argument('[methods...]', 'methods, with parameters after a colon: comp-sum:tau=1.5 (default: the usual ones)')
    .option('--all', 'all methods of the kind')
    .option('--on <task>', 'the task')
    .offers('', ([kind]) => (kind === undefined ? comparedKinds() : methodNames(kind)))
    .offers('--on', ([kind]) => taskNames(kind))
    .does(async (output, options, [kind, ...methods]) =>
      (await import('../actions/reproduce.js')).compare(output, kind!, methods, options),
    );
};
