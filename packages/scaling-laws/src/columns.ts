import type { InputColumn } from './runs.js';

/** Training compute. */
export const computeColumn: InputColumn = {
  name: 'C',
  unit: 'FLOP',
  description: 'training compute',
  aliases: ['compute', 'flop', 'flops', 'training_flop', 'training_flops', 'total_flops'],
};

/** Model size. */
export const parametersColumn: InputColumn = {
  name: 'N',
  unit: 'parameters',
  description: 'model size',
  aliases: ['params', 'parameters', 'num_params', 'n_params', 'model_size', 'size', 'non_embedding_params'],
};

/** Training data; from compute and size where a table has no tokens. */
export const tokensColumn: InputColumn = {
  name: 'D',
  unit: 'tokens',
  description: 'training tokens',
  aliases: ['tokens', 'num_tokens', 'n_tokens', 'training_tokens', 'train_tokens', 'data'],
  derived: { formula: 'D = C / (6 N)', from: [computeColumn, parametersColumn], compute: (C, N) => C! / (6 * N!) },
};

/** Compute in the unit of Kaplan et al. */
export const petaflopDaysColumn: InputColumn = {
  name: 'C',
  unit: 'PF-days',
  description: 'training compute',
  aliases: ['pf_days', 'petaflop_days', 'petaflops_days', 'compute_pf_days'],
};

/** Optimiser steps. */
export const stepsColumn: InputColumn = {
  name: 'S',
  unit: 'steps',
  description: 'optimiser steps',
  aliases: ['steps', 'step', 'num_steps', 'training_steps', 'S_min', 'iterations'],
};

/** Tokens without repetition. */
export const uniqueTokensColumn: InputColumn = {
  name: 'U',
  unit: 'tokens',
  description: 'unique tokens that there are to train on',
  aliases: ['unique', 'unique_tokens', 'unique_data', 'U_D', 'dataset_tokens'],
};

/** Any one quantity that a loss is plotted against. */
export const anyColumn: InputColumn = {
  name: 'x',
  unit: 'any unit',
  description: 'what was scaled up',
  aliases: [
    'N',
    'D',
    'C',
    'S',
    'params',
    'parameters',
    'tokens',
    'flops',
    'compute',
    'steps',
    'size',
    'width',
    'scale',
  ],
};
