import type { Fields } from '../../lab/address.js';
import type { Chosen } from '../../lab/chosen.js';
import { type Distribution, distribution } from '../../lab/distribution.js';
import { type Field, method } from '../../lab/fields.js';
import type { CatalogueMethod } from '../../methods/catalogue.js';

/** The kinds of divergences, and how each reads the bars. */
export const KINDS = {
  divergence: 'Of the probabilities',
  'sample-divergence': 'Of the bars as masses on a line, 1 apart',
  'gaussian-divergence': 'Of Gaussians with the same mean and variance',
} as const;
export type DivergenceKind = keyof typeof KINDS;
export const kinds = Object.keys(KINDS) as DivergenceKind[];

/** Parameters by method, those that differ from the defaults. */
export type Params = Readonly<Record<string, Chosen['params']>>;

/** All that the divergence lab shows. */
export type DivergenceState = Readonly<Record<'p' | 'q', Distribution> & Record<DivergenceKind, Params>>;

/** Two humps against one: what covers them, and what stays within one of them, differ. */
const P = [0.06, 0.34, 0.08, 0.05, 0.37, 0.1];
const Q = [0.03, 0.07, 0.15, 0.25, 0.4, 0.1];

export function fieldsOf(methods: readonly CatalogueMethod[]): Fields<DivergenceState> {
  const params = (kind: DivergenceKind) => paramsOf(methods.filter((one) => one.kind === kind));
  return {
    p: distribution(P),
    q: distribution(Q),
    divergence: params('divergence'),
    'sample-divergence': params('sample-divergence'),
    'gaussian-divergence': params('gaussian-divergence'),
  };
}

/** In the address as `divergence.renyi.alpha=3`. */
function paramsOf(methods: readonly CatalogueMethod[]): Field<Params> {
  const chosen = method(methods, { name: '', params: {} });
  return {
    initial: {},
    write: (all) =>
      Object.entries(all).flatMap(([name, params]) =>
        Object.entries(params).map(([param, value]) => [`${name}.${param}`, String(value)] as const),
      ),
    read(all, text, part) {
      const [, name = '', param = ''] = /^([^.]+)\.(.+)$/.exec(part) ?? [];
      const read = param === '' ? undefined : chosen.read({ name, params: all[name] ?? {} }, text, param);
      return read && { ...all, [name]: read.params };
    },
  };
}
