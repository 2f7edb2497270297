import { DomainError, ShapeError, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  add,
  addN,
  div,
  gather,
  mean,
  mul,
  reshape,
  square,
  sub,
  sum,
  tensor1d,
  tidy,
  toTensor,
  zerosLike,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { defineSegmentationLoss } from './segmentation-loss.js';
import { readNow } from './segmentation-masks.js';
import type { SegmentationTerms } from './segmentation-terms.js';
import { type BettiNumbers, bettiOf } from './topology/components.js';
import { type Patch, cut, patchesOf } from './topology/patches.js';
import { type PersistencePair, diagramOf } from './topology/persistence.js';

/** What persistent homology asks of the numbers of an image: pixels that should be 1, 0, or equal in pairs. */
interface Demands {
  readonly one: number[];
  readonly zero: number[];
  readonly births: number[];
  readonly deaths: number[];
}

const noDemands = (): Demands => ({ one: [], zero: [], births: [], deaths: [] });

/** How persistence becomes a loss. */
export interface PersistenceLossOptions {
  /** Pairs that live shorter are left alone; default 0.03. */
  readonly threshold?: number;
}

/**
 * Persistent homology as a loss of one probability map. Of the components, and of the holes, those that live longest should live from 1 to 0, as
 * many as the true Betti numbers say: `(1 - birth)^2 + death^2`; the others that live longer than a threshold should not be there:
 * `(birth - death)^2`. Over the number of pixels. Its gradient reaches the pixels of births and deaths alone.
 *
 * @param probabilities `[height, width]` from 0 to 1
 * @param betti the true number of components and of holes
 * @returns a scalar
 * @throws ShapeError for another shape; DomainError for numbers that are not finite, and on engines that cannot give them at once
 *
 * Hu, Li, Samaras, Chen: Topology-Preserving Deep Image Segmentation, 2019, arXiv:1906.05404.
 *
 * @example
 * console.log(persistenceLoss([[0.9, 0.2, 0.7]], [1, 0]).dataSync()[0]!.toFixed(4)); // 0.0867
 */
export function persistenceLoss(
  probabilities: TensorLike,
  betti: BettiNumbers,
  { threshold = 0.03 }: PersistenceLossOptions = {},
): Tensor {
  return tidy(() => {
    const map = toTensor(probabilities);
    const [height, width] = map.shape;
    if (map.rank !== 2 || map.size === 0)
      throw new ShapeError(`persistenceLoss: probabilities must be [height, width], got [${map.shape.join(', ')}]`);
    const values = readNow('persistenceLoss', map);
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new DomainError(`persistenceLoss: probabilities must be finite, got ${values[wrong]}`);
    const demands = noDemands();
    const patch = { top: 0, left: 0, height: height!, width: width! };
    addDemands(demands, { values, begin: 0, width: width!, patch }, betti, threshold);
    return div(costOf(reshape(map, [-1]), demands), map.size);
  });
}

/** Adds what a patch of a map asks for. Pixels are numbered over all maps. */
function addDemands(
  { one, zero, births, deaths }: Demands,
  { values, begin, width, patch }: { values: ArrayLike<number>; begin: number; width: number; patch: Patch },
  betti: BettiNumbers,
  threshold: number,
): void {
  const pixelOf = (i: number) =>
    begin + (patch.top + Math.floor(i / patch.width)) * width + patch.left + (i % patch.width);
  const inside = Float64Array.from({ length: patch.height * patch.width }, (_, i) => values[pixelOf(i)]!);
  const { components, holes } = diagramOf(inside, patch.width);
  const demand = (pairs: readonly PersistencePair[], wanted: number) =>
    pairs.forEach(({ birth, death, birthPixel, deathPixel }, i) => {
      const [born, dead] = [pixelOf(birthPixel), deathPixel < 0 ? undefined : pixelOf(deathPixel)];
      if (i < wanted) {
        one.push(born);
        if (dead !== undefined) zero.push(dead);
      } else if (birth - death > threshold) {
        if (dead === undefined) return void zero.push(born); // what never dies should not be born
        births.push(born);
        deaths.push(dead);
      }
    });
  demand(components, betti[0]);
  demand(holes, betti[1]);
}

/** The squares by which the numbers of flat maps miss what is asked of them, summed. */
function costOf(maps: Tensor, { one, zero, births, deaths }: Demands): Tensor {
  const at = (pixels: readonly number[]) => gather(maps, tensor1d([...pixels], 'int32'));
  const parts = [
    one.length > 0 ? sum(square(sub(1, at(one)))) : undefined,
    zero.length > 0 ? sum(square(at(zero))) : undefined,
    births.length > 0 ? sum(square(sub(at(births), at(deaths)))) : undefined,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? addN(parts) : sum(zerosLike(maps));
}

/** The cost of a class over all pixels of the batch, patch by patch. */
function costOfClass(terms: SegmentationTerms, c: number, size: number, threshold: number): Tensor {
  const [, height, width] = terms.shape;
  const probs = terms.probsOf(c);
  const values = terms.read(probs);
  const demands = noDemands();
  terms.masksOf(c).forEach((mask, image) => {
    for (const patch of patchesOf([height, width], size)) {
      const map = { values, begin: image * height * width, width, patch };
      addDemands(demands, map, bettiOf(cut(mask, patch)), threshold);
    }
  });
  return div(costOf(reshape(probs, [-1]), demands), probs.size);
}

/**
 * Topological loss: cross-entropy plus persistent homology. In each patch, as many components and holes of the predicted probabilities as the mask has should be
 * sure, and no others be there ({@link persistenceLoss}); the sum over the patches is divided by the number of pixels of the batch, and with more than one foreground
 * class it is the mean over them. Its term is waited with until the model knows where things are (`options.progress`).
 *
 * The authors of the benchmark have this loss apply softmax twice, take the background for the truth and look at components alone; here it is as it was meant.
 *
 * @param params `weight` >= 0, default 100; `patch` side of the patches in pixels, a whole number >= 1, default 50; `threshold` in [0, 1], default
 * 0.03, below which persistence is left alone; `activateWhen` in [0, 1], default 0.7, the share of the training after which the term counts
 *
 * Hu, Li, Samaras, Chen: Topology-Preserving Deep Image Segmentation, 2019, arXiv:1906.05404.
 *
 * @example
 * const [logits, line] = [[[2, -1, 2]], [[1, 1, 1]]];
 * console.log(topoLoss()([logits], [line]).dataSync()[0]!.toFixed(3)); // 13.475
 * console.log(topoLoss()([logits], [line], { progress: 0.5 }).dataSync()[0]!.toFixed(3)); // 0.522
 */
export const topoLoss = defineSegmentationLoss({
  name: 'topo-loss',
  summary: 'Cross-entropy, and as many sure components and holes as there are.',
  formula: 'CE + w Σ ((1 − b)² + d² of the true ones, (b − d)² of the others)',
  paper: paper(40),
  params: z.object({
    weight: z.number().min(0).default(100).meta({ upTo: 500 }).describe('weight of persistent homology'),
    patch: z.number().int().min(1).default(50).meta({ upTo: 256 }).describe('side of the patches, in pixels'),
    threshold: z.number().min(0).max(1).default(0.03).describe('persistence that is left alone'),
    activateWhen: z.number().min(0).max(1).default(0.7).describe('share of the training after which topology counts'),
  }),
  ofBatch(terms, { weight, patch, threshold, activateWhen }) {
    const pixels = mean(terms.crossEntropies);
    if (terms.progress < activateWhen || weight === 0) return pixels;
    const costs = terms.foreground.map((c) => costOfClass(terms, c, patch, threshold));
    return add(pixels, mul(div(addN(costs), costs.length), weight));
  },
});
