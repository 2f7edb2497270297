import { goldens } from '@surprisal/testing';
import { ZipfLaw } from './zipf.js';

goldens(
  import.meta.url,
  '29-mirostat',
  {
    zipfTheory: ({ inputs, params: { N, s } }) => {
      const law = new ZipfLaw(s, N);
      const over = (points: { data: ArrayLike<number> }, f: (point: number) => number) => Array.from(points.data, f);
      return {
        H_N_s: law.harmonic,
        cross_entropy_topk_bits: over(inputs.k, (k) => law.topKCrossEntropy(k)),
        cross_entropy_topp_exact_bits: over(inputs.p, (p) => law.topPCrossEntropy(p)),
        cross_entropy_topp_quadratic_bits: over(inputs.p, (p) => law.topPCrossEntropyQuadratic(p)),
        surprise_at_boundary_linear_bits: over(inputs.p, (p) => law.boundarySurpriseLinear(p)),
      };
    },
  },
  { partial: true },
);
