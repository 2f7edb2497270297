import { minimizeScalar } from '@surprisal/core/numerics';

/** FLOP per parameter and token. */
export const FLOPS = 6;

export type LossOf = (sizes: { readonly N: number; readonly D: number }) => number;

export interface Split {
  readonly N: number;
  readonly D: number;
  readonly loss: number;
}

const tokensFor = (compute: number, N: number) => compute / (FLOPS * N);

/** The split of a compute budget C = 6 N D between parameters and tokens at which a law is least. */
export function bestSplit(loss: LossOf, compute: number): Split {
  const at = (lnN: number) => loss({ N: Math.exp(lnN), D: tokensFor(compute, Math.exp(lnN)) });
  const half = Math.log(compute / FLOPS) / 2; // as many tokens as parameters
  const { x } = minimizeScalar(at, half - 12, half + 12);
  const N = Math.exp(x);
  return { N, D: tokensFor(compute, N), loss: at(x) };
}

/** What other splits of the budget cost, a hundred times fewer parameters to a hundred times more. */
export function splitsAround({ N: best }: Split, loss: LossOf, compute: number): { x: number; y: number }[] {
  return Array.from({ length: 81 }, (_, i) => {
    const N = best * 10 ** ((i - 40) / 20);
    return { x: N, y: loss({ N, D: tokensFor(compute, N) }) };
  });
}
