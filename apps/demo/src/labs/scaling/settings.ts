import type { Fields } from '../../lab/address.js';
import type { Chosen } from '../../lab/chosen.js';
import { type Field, choice, integer, method, number, seed } from '../../lab/fields.js';
import type { CatalogueMethod } from '../../methods/catalogue.js';

/** The tables that come with the page. */
export const TABLES = ['chinchilla-epoch', 'chinchilla-kyo-takano'] as const;
/** What stands for a file of the visitor's own: it stays where it is, so a link cannot hold it. */
export const OWN = 'own file';

/** Which column of the table stands for which of the law's, where names do not say. */
export type Columns = Readonly<Record<string, string>>;

export const fitting = {
  dropTop: integer(5, {
    minimum: 0,
    maximum: 50,
    description: 'runs with the highest losses to leave out: outliers of early stopping',
  }),
  resamples: integer(100, {
    minimum: 0,
    maximum: 2000,
    step: 20,
    description: 'times that the runs are drawn anew for the 95% intervals',
  }),
  seed,
};

export const spending = {
  budget: number(23.76, {
    minimum: 17,
    maximum: 28,
    step: 0.01,
    description: 'compute to spend, as a power of ten of FLOP; Chinchilla had 23.76',
  }),
};

/** All that the scaling lab shows. */
export type ScalingState = Readonly<{
  table: (typeof TABLES)[number] | typeof OWN;
  law: Chosen;
  columns: Columns;
  dropTop: number;
  resamples: number;
  seed: number;
  budget: number;
}>;

const columns: Field<Columns> = {
  initial: {},
  write: (value) => Object.entries(value),
  read: (value, text, part) => (part === '' || text === '' ? undefined : { ...value, [part]: text }),
};

export const fieldsOf = (laws: readonly CatalogueMethod[]): Fields<ScalingState> => ({
  table: choice([...TABLES, OWN], 'runs to fit to'),
  law: method(laws, { name: 'chinchilla', params: { starts: 'auto' } }),
  columns,
  ...fitting,
  ...spending,
});
