import type { Fields } from '../../lab/address.js';
import type { Chosen } from '../../lab/chosen.js';
import { type Distribution, distribution } from '../../lab/distribution.js';
import { method } from '../../lab/fields.js';
import type { CatalogueMethod } from '../../methods/catalogue.js';

export type CouplingName = 'greedy' | 'exact' | 'bottleneck' | 'least-transport' | 'independent';

/** A coupling, and what is known of its entropy. */
interface Coupling extends CatalogueMethod {
  readonly name: CouplingName;
  readonly guarantee: string;
  /** It takes long: it waits until the bars rest. */
  readonly isSlow?: true;
}

const coupling = (
  name: CouplingName,
  about: Pick<Coupling, 'summary' | 'guarantee'> & Partial<Coupling>,
): Coupling => ({
  kind: 'coupling',
  name,
  params: [],
  ...about,
});

/** The couplings of the package, which are functions and no methods. */
export const COUPLINGS: readonly Coupling[] = [
  coupling('greedy', {
    summary: 'The two largest masses that remain share a cell, again and again.',
    guarantee: 'Its entropy is within log₂(e)/e = 0.53 bit of the least possible.',
  }),
  coupling('exact', {
    summary: 'The least entropy, by looking at every vertex of the polytope of couplings.',
    guarantee:
      'No coupling of these marginals has less entropy. For at most 9 bars that are not empty, on both sides together.',
    isSlow: true,
  }),
  coupling('bottleneck', {
    summary: 'X is compressed to a code of a bounded rate, and the code is coupled with Y by greed.',
    guarantee: 'Information is at most the rate, and at most that of either marginal. It need not rise with the rate.',
    params: [
      {
        name: 'rate',
        type: 'number',
        default: 1,
        minimum: 0,
        maximum: 3,
        step: 0.05,
        description: 'the most bits of the code',
      },
      {
        name: 'encoder',
        type: 'choice',
        default: 'ebim',
        choices: ['ebim', 'uniform'],
        description: 'merging codes by greed, to keep much information; or equal blocks of bars',
      },
    ],
  }),
  coupling('least-transport', {
    summary: 'The cheapest way to move X onto Y, where moving by k bars costs k².',
    guarantee: 'No coupling is cheaper. At most as many cells as greed fills, but nothing holds its entropy down.',
  }),
  coupling('independent', {
    summary: 'Every pair has the product of its probabilities.',
    guarantee: 'No coupling has more entropy: that of X and that of Y together. It carries no information.',
  }),
];

/** All that the coupling lab shows. */
export type CouplingState = Readonly<Record<'x' | 'y', Distribution> & { coupling: Chosen }>;

/** Of a marginal. */
export const MOST_BARS_EACH = 8;

export const fields: Fields<CouplingState> = {
  x: distribution([0.3, 0.25, 0.2, 0.15, 0.1], MOST_BARS_EACH),
  y: distribution([0.35, 0.3, 0.2, 0.15], MOST_BARS_EACH),
  coupling: method(COUPLINGS, { name: 'greedy', params: {} }),
};
