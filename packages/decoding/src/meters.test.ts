import { goldens } from '@surprisal/testing';
import { repetitionPercent, sampleEntropy } from './meters.js';

goldens(
  import.meta.url,
  '29-mirostat',
  {
    repetitionMetrics: ({ inputs, params }) => ({
      repetition_percent: params.ngram.map((n: number) => repetitionPercent(inputs.tokens.data, n)),
      sample_entropy_bits_per_token: sampleEntropy(inputs.tokens.data),
    }),
  },
  { partial: true },
);
