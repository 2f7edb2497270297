import { studyNames } from '../offers.js';
import type { Declare } from './index.js';
import { operandsOf, withRunFlags } from './study-flags.js';

export const reproduce: Declare = (program) => {
  const command = program.add('reproduce', "Run a paper's study and check its claims with measured numbers.", [
    'reproduce comp-sum --quick',
    'reproduce comp-sum --seed 7 --set epochs=5',
    'reproduce comp-sum --help      (all parameters of a study)',
    'reproduce comp-sum --json > result.json',
  ]);
  command.prepare = async (words) => {
    const names = operandsOf(words);
    if (names.length === 0) return;
    const [{ knownPlugins }, { addParameterFlags }] = await Promise.all([
      import('../plugins.js'),
      import('../parameters.js'),
    ]);
    for (const study of (await knownPlugins()).registry.studies)
      if (names.includes(study.name)) addParameterFlags(command, study);
  };
  return withRunFlags(command)
    .argument('<study...>', 'one or several; surprisal list shows them')
    .offers('', () => studyNames({ comparisons: false }))
    .does(async (output, options, studies) =>
      (await import('../actions/reproduce.js')).reproduce(output, studies, options),
    );
};
