import { DomainError, defineMethod, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  checkShape,
  div,
  expandDims,
  maximum,
  minimum,
  mul,
  reshape,
  stopGradient,
  sub,
  sum,
  tensor1d,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { supportParams, transform } from './hl-gauss.js';
import { type ValueLoss, checkSupport, clampTo, makeValueLoss } from './value-loss.js';

/**
 * Two-Hot: the target becomes two probabilities, of the two atoms around it, whose mean it is; the loss is the cross-entropy of the predicted
 * histogram. Atoms stand on both ends of the range; targets outside count as its ends.
 *
 * @param params `vMin` < `vMax` (-10, 10), `numBins` >= 2 (51); or increasing `atoms` of one's own; `transform` (`identity`)
 * @throws DomainError when a parameter is out of range
 *
 * Farebrother et al.: Stop Regressing: Training Value Functions via Classification for Scalable Deep RL, ICML 2024, arXiv:2403.03950.
 *
 * @example
 * const loss = twoHot({ atoms: [0, 1, 10] });
 * console.log(loss.encode([7.75]).dataSync().join()); // 0,0.25,0.75
 */
export const twoHot = defineMethod(
  {
    kind: 'value-loss',
    name: 'two-hot',
    summary: 'A number by classification: cross-entropy with the two atoms around it.',
    formula: '−(1−w) log p_l − w log p_{l+1}, y = (1−w) z_l + w z_{l+1}',
    paper: paper(4),
    params: z.object({
      ...supportParams,
      atoms: z.array(z.number()).default([]).describe('increasing values instead of an even grid; none: the grid'),
      transform,
    }),
  },
  ({ vMin, vMax, numBins, atoms, transform }): ValueLoss =>
    makeValueLoss('two-hot', { ...interpolation(atomsOf('two-hot', vMin, vMax, numBins, atoms)), transform }),
);

/** The squared error of the number that a histogram predicts: the baseline that has the head of the others, and not their loss. */
export const histogramMse = defineMethod(
  {
    kind: 'value-loss',
    name: 'histogram-mse',
    summary: 'A number by squared error, of the mean of a predicted histogram.',
    formula: '(Σ_i p_i z_i − y)²',
    paper: paper(4),
    params: z.object({ ...supportParams, transform }),
  },
  ({ vMin, vMax, numBins, transform }): ValueLoss =>
    makeValueLoss('histogram-mse', {
      ...interpolation(atomsOf('histogram-mse', vMin, vMax, numBins)),
      transform,
      bySquaredError: true,
    }),
);

/** A transition of a Markov decision process, with what comes after. */
export interface Transitions {
  /** `[batch]` */
  readonly reward: TensorLike;
  /** `[batch]`, 1 where nothing comes after. */
  readonly terminal: TensorLike;
  /** `[batch, bins]`, the probabilities of the atoms at the next state and action. */
  readonly nextProbs: TensorLike;
  /** In [0, 1]. */
  readonly discount: number;
}

/** C51, with the projection that makes its targets. */
export interface C51 extends ValueLoss {
  /** The target's probabilities `[batch, bins]`: the next ones, with atoms moved to `r + discount (1 - terminal) z` and projected back. */
  project(transitions: Transitions): Tensor;
}

/**
 * C51, categorical distributional reinforcement learning: the cross-entropy of a predicted distribution of returns over atoms, with targets
 * from `project`, or with numbers, which are coded as by {@link twoHot}.
 *
 * @param params `vMin` < `vMax` (-10, 10), `numBins` >= 2 (51): the atoms
 * @throws DomainError when a parameter is out of range
 *
 * Bellemare, Dabney, Munos: A Distributional Perspective on Reinforcement Learning, 2017, arXiv:1707.06887.
 *
 * @example
 * const loss = c51({ vMin: 0, vMax: 2, numBins: 3 });
 * const targets = loss.project({ reward: [0.5], terminal: [0], nextProbs: [[0, 1, 0]], discount: 1 });
 * console.log(targets.dataSync().join()); // 0,0.5,0.5
 */
export const c51 = defineMethod(
  {
    kind: 'value-loss',
    name: 'c51',
    summary: 'A distribution of returns over atoms, learnt from its projected Bellman target.',
    formula: '−Σ_i (ΠT p′)_i log p_i',
    paper: paper(4),
    params: z.object(supportParams),
  },
  ({ vMin, vMax, numBins }): C51 => {
    const code = interpolation(atomsOf('c51', vMin, vMax, numBins));
    const project = ({ reward, terminal, nextProbs, discount }: Transitions) =>
      tidy(() => {
        const [r, over, next] = [toTensor(reward), toTensor(terminal), toTensor(nextProbs)];
        const batch = checkShape('c51', 'reward', r, ['batch']);
        checkShape('c51', 'terminal', over, ['batch'], batch);
        checkShape('c51', 'nextProbs', next, ['batch', 'bins'], { ...batch, bins: numBins });
        if (!(discount >= 0 && discount <= 1)) {
          throw new DomainError(`c51: discount must be in [0, 1], got ${discount}`);
        }
        const goesOn = expandDims(mul(sub(1, over), discount), 1);
        const moved = add(expandDims(r, 1), mul(goesOn, tensor1d(code.values))); // [batch, bins]
        const shares = reshape(code.encode(reshape(moved, [-1])), [r.shape[0]!, numBins, numBins]);
        return stopGradient((probs) => sum(mul(shares, expandDims(probs, 2)), 1), [next]);
      });
    return Object.assign(makeValueLoss('c51', code), { project });
  },
);

function atomsOf(
  owner: string,
  vMin: number,
  vMax: number,
  numBins: number,
  own: readonly number[] = [],
): Float32Array {
  if (own.length === 0) {
    checkSupport(owner, vMin, vMax);
    return Float32Array.from({ length: numBins }, (_, i) => vMin + (i * (vMax - vMin)) / (numBins - 1));
  }
  if (own.length >= 2 && own.every((value, i) => i === 0 || value > own[i - 1]!)) return Float32Array.from(own);
  throw new DomainError(`${owner}: atoms must be two or more increasing numbers, got ${own.join(', ')}`);
}

/** Linear interpolation between the neighbours: hat functions on the atoms. */
function interpolation(atoms: Float32Array) {
  const last = atoms.length - 1;
  const step = (from: number) =>
    atoms[Math.min(last, Math.max(1, from + 1))]! - atoms[Math.min(last - 1, Math.max(0, from))]!;
  const before = Float32Array.from(atoms, (_, i) => step(i - 1)); // from the atom below; any for the first, which is cut to 1
  const after = Float32Array.from(atoms, (_, i) => step(i));
  const encode = (targets: Tensor) => {
    const y = expandDims(clampTo(targets, atoms[0]!, atoms[last]!), 1); // [N, 1]
    const offset = sub(y, tensor1d(atoms)); // [N, bins]
    const rising = add(1, div(offset, tensor1d(before)));
    const falling = sub(1, div(offset, tensor1d(after)));
    return maximum(minimum(rising, falling), 0);
  };
  return { values: atoms, encode };
}
