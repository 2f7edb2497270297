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
