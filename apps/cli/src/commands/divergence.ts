import { methodNames } from '../offers.js';
import type { Declare } from './index.js';

const kinds = ['divergence', 'sample-divergence', 'gaussian-divergence'];

export const divergence: Declare = (program) =>
  program
    .add('divergence', 'How far the distribution in one file is from that in another: any divergence, or all.', [
      'divergence p.csv q.csv      (probabilities: a vector, or a row for each pair)',
      'divergence p.csv q.csv kullback-leibler renyi:alpha=3 --bits',
      'divergence counts-a.csv counts-b.csv --counts --all',
      'divergence student.npy teacher.npy --logits --json',
      'divergence x.csv y.csv sinkhorn:epsilon=0.1 mmd --samples',
      'divergence p.json q.json --gaussian',
    ])
    .argument('<p>', 'a file (CSV, TSV, JSON, NPY), or - for stdin')
    .argument('<q>', 'another one, over the same classes')
    .argument('[methods...]', 'divergences, with parameters after a colon: renyi:alpha=3 (default: the usual ones)')
    .option('--all', 'all that are registered for what the files hold')
    .option('--bits', 'bits instead of nats')
    .optionsGroup('What the files hold (default: probabilities):')
    .option('--logits', 'scores whose softmax is the distribution; -inf masks a class')
    .option('--counts', 'how often each class was seen: divided by their sum')
    .option('--samples', 'points, a row each, or numbers; with --gaussian, the Gaussians fitted to them')
    .option(
      '--gaussian',
      'a mean, below it the variances or the rows of the covariance; or JSON: {"mean": ..., "covariance": ...}',
    )
    .offers('', async ([, q]) => (q === undefined ? [] : (await Promise.all(kinds.map(methodNames))).flat()))
    .does(async (output, options, [p, q, ...methods]) =>
      (await import('../actions/divergence.js')).divergence(output, [p!, q!], methods, options),
    );
