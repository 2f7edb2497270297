import { z } from 'zod';
import type { Candidates } from './candidates.js';
import { defineSampler, minKeepParam } from './sampler.js';

/** Curvature below this is taken for none: then all ranks share it alike. */
const FLAT = 1e-6;

/**
 * Tail-free sampling: cuts where the sorted probabilities stop bending. Of the absolute second differences of the sorted
 * probabilities, normalised to sum 1, it cumulates until z is exceeded, at rank i (from 0), and keeps the first i tokens. 1 keeps
 * all, as do two tokens or fewer.
 *
 * It must look at the whole order, so it sorts: the slowest of the truncations.
 *
 * @param params `z` in [0, 1], default 0.95; `minKeep`
 * @throws DomainError when z is out of range
 *
 * Phénix, Egan: Tail Free Sampling, 2019; llama.cpp had it until October 2024.
 *
 * @example
 * const candidates = new Candidates().load([0.5, 0.4, 0.05, 0.05].map(Math.log));
 * tailFree({ z: 0.5 }).apply(candidates);
 * console.log([...candidates.tokens()]); // [ 0 ]
 */
export const tailFree = defineSampler({
  name: 'tail-free',
  summary: 'Cuts the tail where the sorted probabilities stop bending.',
  formula: 'smallest prefix with Σ |Δ² p| > z',
  params: z.object({
    z: z.number().min(0).max(1).default(0.95).meta({ step: 0.01 }).describe('the share of curvature kept; 1: all'),
    minKeep: minKeepParam,
  }),
  apply(candidates, { z, minKeep }) {
    if (z < 1 && candidates.count > 2) candidates.keepLargest(headLength(candidates, z, minKeep));
  },
});

function headLength(candidates: Candidates, z: number, minKeep: number): number {
  const { count, total } = candidates;
  const ascending = candidates.sortedWeights();
  const weight = (rank: number) => ascending[count - 1 - rank]!;
  const bend = (rank: number) => Math.abs(weight(rank) - 2 * weight(rank + 1) + weight(rank + 2));
  let whole = 0;
  for (let rank = 0; rank < count - 2; rank++) whole += bend(rank);
  const flat = whole / total <= FLAT;
  let cumulative = 0;
  for (let rank = 0; rank < count - 2; rank++) {
    cumulative += flat ? 1 / (count - 2) : bend(rank) / whole;
    if (cumulative > z && rank >= minKeep) return rank;
  }
  return count;
}
