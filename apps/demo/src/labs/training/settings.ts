import type { Fields } from '../../lab/address.js';
import { integer, number, seed } from '../../lab/fields.js';

/** What is trained, always shown. */
export const task = {
  train: integer(2000, { minimum: 64, maximum: 6000, step: 64, description: 'training digits' }),
  epochs: integer(3, { minimum: 1, maximum: 20, description: 'passes over the training digits' }),
  batch: integer(64, { minimum: 8, maximum: 512, step: 8, description: 'digits in a step: a GPU wants many' }),
};

/** What is trained, under "More settings". */
export const more = {
  filters: integer(8, {
    minimum: 4,
    maximum: 64,
    step: 4,
    description: 'of the first convolution; twice as many of the second',
  }),
  rate: number(0.05, { minimum: 0.001, maximum: 0.5, step: 0.005, description: 'learning rate of SGD with momentum' }),
  seed,
};

/** All that the training lab shows, but the engine, which belongs to the machine. */
export type TrainingState = Readonly<Record<keyof typeof task | keyof typeof more, number>>;

export const fields: Fields<TrainingState> = { ...task, ...more };
