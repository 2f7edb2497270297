import { goldens } from '@surprisal/testing';
import { Candidates } from './candidates.js';
import { mirostat, roundHalfToEven } from './mirostat.js';
import { realK, zipfExponent } from './zipf.js';

/** The llama.cpp loops: the tokens are given, the controller follows. */
const givenTokens = ({ inputs: { logits, chosen_token: chosen } }: Golden, sampler: ReturnType<typeof mirostat>) => {
  const steps = Array.from(chosen.data as Int32Array, (token, row) => {
    const candidates = new Candidates().load({ ...logits, row });
    sampler.apply(candidates);
    const prob = candidates.probability(candidates.position(token));
    sampler.accept(token);
    return { kept: sampler.kept, prob, mu: sampler.mu };
  });
  return {
    kept: steps.map(({ kept }) => kept),
    chosen_prob_renormalised: steps.map(({ prob }) => prob),
    mu_after: steps.map(({ mu }) => mu),
  };
};

interface Golden {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the table in the paper's card gives the types
  readonly inputs: any;
}

goldens(
  import.meta.url,
  '29-mirostat',
  {
    mirostatEstimate: ({ inputs, params: { ratios } }) => {
      const candidates = new Candidates().load(inputs.logits);
      const exponent = zipfExponent(candidates, ratios);
      const sizes = Array.from(inputs.n.data as Int32Array);
      const k = sizes.map((n) => Array.from(inputs.mu.data as Float64Array, (mu) => realK(exponent, mu, n)));
      return {
        s_hat: exponent,
        s_hat_99_ratios: zipfExponent(candidates, 99),
        k_real: k,
        k_rounded: k.map((row) => row.map(roundHalfToEven)),
      };
    },
    mirostatReferenceLoop: ({ inputs: { logits, uniform }, params: { tau, eta, mu0, n, ratios } }) => {
      const sampler = mirostat({ preset: 'reference', tau, eta, mu0, n, ratios });
      const steps = Array.from(uniform.data as Float64Array, (u, row) => {
        const candidates = new Candidates().load({ ...logits, row });
        sampler.apply(candidates);
        const rank = rankDrawn(candidates, u);
        sampler.accept(candidates.ids[candidates.largest(rank + 1)[rank]!]!);
        return { rank, k: sampler.kept, s: sampler.exponent, surprise: sampler.surprise, mu: sampler.mu };
      });
      return {
        s_hat: steps.map(({ s }) => s),
        k: steps.map(({ k }) => k),
        rank: steps.map(({ rank }) => rank),
        surprise_bits: steps.map(({ surprise }) => surprise),
        mu_after: steps.map(({ mu }) => mu),
      };
    },
    mirostatLlamaV1Loop: (golden) => {
      const { tau, eta, m, n_vocab: n, mu0 } = golden.params;
      return givenTokens(golden, mirostat({ preset: 'llama-v1', tau, eta, ratios: m - 1, n, mu0 }));
    },
    mirostatLlamaV2Loop: (golden) => {
      const { tau, eta, mu0 } = golden.params;
      return givenTokens(golden, mirostat({ preset: 'llama-v2', tau, eta, mu0 }));
    },
  },
  { partial: true },
);

/** The official script draws in the order of ranks, not of the vocabulary: the first rank whose cumulative probability exceeds u. */
function rankDrawn(candidates: Candidates, u: number): number {
  const order = candidates.largest(candidates.count);
  let cumulative = 0;
  let rank = -1;
  do cumulative += candidates.probability(order[++rank]!);
  while (cumulative <= u);
  return rank;
}
