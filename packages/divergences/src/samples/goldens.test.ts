import { gradientsOf, mul, sub, toTensor } from '@surprisal/core/tensor';
import { everyEngine, goldens } from '@surprisal/testing';
import { expect } from 'vitest';
import { cauchySchwarzOfSamples } from './cauchy-schwarz.js';

const folder = new URL('..', import.meta.url).href;

goldens(
  folder,
  '37-cs-ib',
  {
    async csDivergence({ inputs, params }) {
      const divergence = cauchySchwarzOfSamples({ bandwidth: params.sigma });
      const { value, gradients } = gradientsOf(
        (p, q) => divergence.tensor(p!, q!),
        [toTensor(inputs.p), toTensor(inputs.q)],
      );
      expect(divergence(inputs.p, inputs.q)).toBeCloseTo((await value.data())[0]!, 5);
      return { cs_divergence: value, grad_p: gradients[0]!, grad_q: gradients[1]! };
    },
    csDivergenceSgdStep({ inputs, params }) {
      const divergence = cauchySchwarzOfSamples({ bandwidth: params.sigma });
      const points = toTensor(inputs.points);
      const { value, gradients } = gradientsOf((p) => divergence.tensor(p!, inputs.target), [points]);
      return { loss: value, points_after_one_sgd_step: sub(points, mul(gradients[0]!, params.lr)) };
    },
  },
  { engines: everyEngine, partial: true },
);
