import type { Registry } from '@surprisal/core';
import { tidy } from '@surprisal/core/tensor';
import type { Divergence, GaussianDivergence, SampleDivergence } from '@surprisal/divergences';
import type { Distribution } from '../../lab/distribution.js';
import type { Measured } from './messages.js';
import { type DivergenceKind, type Params, kinds } from './settings.js';

type Both = readonly [number, number];
type AnyDivergence = Divergence | GaussianDivergence | SampleDivergence;

/** A method of any of the kinds. */
export interface Candidate {
  readonly kind: DivergenceKind;
  readonly name: string;
  readonly make: (params: object) => AnyDivergence;
}

/** All that are registered. */
export const candidatesOf = (registry: Registry): Candidate[] =>
  kinds.flatMap((kind) =>
    registry
      .methods(kind)
      .map((method) => ({ kind, name: method.info.name, make: method as unknown as Candidate['make'] })),
  );

/** Measures two distributions on the places 1, 2, 3, ... with one divergence, both ways. */
export function measure({ kind, name, make }: Candidate, p: Distribution, q: Distribution, params: Params): Measured {
  try {
    const divergence = make(params[name] ?? {});
    return { kind, name, unit: divergence.unit, both: ways[kind](divergence as never, p, q) };
  } catch (error) {
    return { kind, name, unit: '', both: [NaN, NaN], problem: (error as Error).message };
  }
}

/** How each kind reads the bars. */
const ways = {
  divergence(divergence: Divergence, p: Distribution, q: Distribution): Both {
    const [there, back] = tidy(() => divergence([[...p], [...q]], [[...q], [...p]]).dataSync());
    return [there!, back!];
  },
  'sample-divergence'(divergence: SampleDivergence, p: Distribution, q: Distribution): Both {
    const places = p.map((_, i) => i + 1);
    const way = (x: Distribution, y: Distribution) => divergence(places, places, { weights: { x: [...x], y: [...y] } });
    return [way(p, q), way(q, p)];
  },
  'gaussian-divergence'(divergence: GaussianDivergence, p: Distribution, q: Distribution): Both {
    const [left, right] = [momentsOf(p), momentsOf(q)];
    return [divergence(left, right), divergence(right, left)];
  },
};

/** The mean and the variance of the places. */
export function momentsOf(values: Distribution): { readonly mean: number; readonly covariance: number } {
  const expectation = (f: (place: number) => number) => values.reduce((sum, p, i) => sum + p * f(i + 1), 0);
  const mean = expectation((place) => place);
  return { mean, covariance: expectation((place) => (place - mean) ** 2) };
}
