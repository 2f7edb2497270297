import type { Chosen } from '../../lab/chosen.js';
import { type Fields } from '../../lab/address.js';
import { choice, integer, method, number, seed } from '../../lab/fields.js';
import type { CatalogueMethod } from '../../methods/catalogue.js';

export type Side = 'a' | 'b';

/** Losses that are not trained here, but drawn. */
export type OtherKind = 'adversarial' | 'value';

/** What both sides have in common, always shown. */
export const task = {
  noise: number(0.4, {
    minimum: 0,
    maximum: 0.8,
    step: 0.05,
    description: 'share of training labels that are made wrong',
  }),
  model: choice(['mlp', 'cnn'], 'mlp learns in seconds; cnn is more accurate and slower'),
};

/** What both sides have in common, under "More settings". */
export const more = {
  rate: number(0.05, { minimum: 0.001, maximum: 0.5, step: 0.005, description: 'learning rate of SGD with momentum' }),
  epochs: integer(15, { minimum: 1, maximum: 30, description: 'passes over the training digits' }),
  train: integer(2000, { minimum: 100, maximum: 6000, step: 100, description: 'training digits' }),
  seed,
};

/** All that the loss lab shows. */
export type LossState = Readonly<
  Record<Side | OtherKind, Chosen> &
    Record<'noise' | 'rate' | 'epochs' | 'train' | 'seed', number> & { model: 'mlp' | 'cnn' }
>;

/** The methods that are trained, or those of another kind. */
export const methodsOf = (methods: readonly CatalogueMethod[], kind: OtherKind | 'trained') =>
  methods.filter((method) => method.kind === (kind === 'trained' ? 'loss' : `${kind}-loss`));

export function fieldsOf(methods: readonly CatalogueMethod[]): Fields<LossState> {
  const losses = methodsOf(methods, 'trained');
  const first = (kind: OtherKind) => {
    const known = methodsOf(methods, kind);
    return method(known, { name: known[0]!.name, params: {} });
  };
  return {
    a: method(losses, { name: 'cross-entropy', params: {} }),
    b: method(losses, { name: 'generalized-cross-entropy', params: {} }),
    ...task,
    ...more,
    adversarial: first('adversarial'),
    value: first('value'),
  };
}
