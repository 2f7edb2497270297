import { type Memory, type NdArray, ShapeError, defineMethod, ndarray, paper } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  checkShape,
  divNoNan,
  exp,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  reshape,
  square,
  stopGradient,
  sub,
  sum,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import { z } from 'zod';
import { compSumOf } from './comp-sum.js';
import { Kept, memoryOf } from './kept.js';
import { checkFinite, readLabels } from './labels.js';
import { type LossOptions, LossTerms, reduceLosses } from './loss.js';

/**
 * A loss of logits and labels that looks at the features behind them, in nats.
 *
 * @example
 * console.log(biasLoss()([[2, 0]], [0], [[1, 2, 3]]).dataSync()[0]!.toFixed(4)); // 0.0888
 */
export interface FeatureLoss {
  /**
   * @param logits `[batch, classes]`
   * @param labels `[batch]` or `[batch, classes]`
   * @param features `[batch, ...]`, of any layout; held constant in the gradient
   * @returns `[batch]`, or a scalar with a reduction
   * @throws ShapeError, DomainError
   */
  (logits: TensorLike, labels: TensorLike, features: TensorLike, options?: LossOptions): Tensor;
  readonly method: string;
  /** Only of a loss that remembers: what a checkpoint of a training must keep. */
  readonly memory?: Memory;
}

/** Bias loss, with what it weighs by. */
export interface BiasLoss extends FeatureLoss {
  /** What the examples of a batch weigh, `[batch]` each; remembers nothing. */
  weigh(features: TensorLike): { variance: Tensor; scaled: Tensor; weights: Tensor };
  /** `[2]`, the smallest and the largest variance ever seen, which a stateful scale remembers. */
  range(): Promise<NdArray>;
  /** The range that a stateful scale remembers; reset forgets it. */
  readonly memory: Memory;
}

declare module '@surprisal/core' {
  interface Kinds {
    'feature-loss': FeatureLoss;
  }
}

/**
 * Bias loss, `(exp(alpha s_i) - beta) (-log p_y)`: cross-entropy in which examples with varied features weigh more. s_i is the variance (with
 * d - 1) of all the features of an example, scaled to [0, 1]:
 *
 * - `local`: between the smallest and the largest of the batch;
 * - `running`: between the smallest and the largest ever seen;
 * - `global-official`: from the smallest ever seen (100000 at first), by the range of the batch, as the authors' code does it; s may then
 *   exceed 1.
 *
 * Use the features before global pooling. Where all variances are equal s is 0. The mean over the batch does not divide by these weights: the
 * learning rate changes with their mean, about 0.85.
 *
 * @param params `alpha` >= 0 (0.3); `beta` <= 1 (0.3): the least weight is 1 - beta; `normalization` (`local`)
 * @throws DomainError when a parameter is out of range; ShapeError when the features are of another batch
 *
 * Abrahamyan, Ziatchin, Chen, Deligiannis: Bias Loss for Mobile Neural Networks, ICCV 2021, arXiv:2107.11170.
 *
 * @example
 * const loss = biasLoss({ alpha: 1, beta: 0 });
 * console.log(loss.weigh([[1, 1], [0, 2]]).weights.dataSync().map((w) => Math.round(w * 100)).join()); // 100,272
 */
export const biasLoss = defineMethod(
  {
    kind: 'feature-loss',
    name: 'bias',
    summary: 'Cross-entropy in which examples with varied features weigh more.',
    formula: '(exp(α s_i) − β) (−log p_y), s_i ∝ Var(features_i)',
    paper: paper(20),
    params: z.object({
      alpha: z.number().min(0).default(0.3).meta({ upTo: 2, step: 0.05 }).describe('how much variance counts'),
      beta: z.number().max(1).default(0.3).meta({ step: 0.05 }).describe('offset: the least weight is 1 - beta'),
      normalization: z
        .enum(['local', 'running', 'global-official'])
        .default('local')
        .describe('range of the variances: of the batch, of all so far, or as in the official code'),
    }),
  },
  ({ alpha, beta, normalization }): BiasLoss => {
    const seen = new SeenRange(normalization);
    const weigh = (features: Tensor, remember: boolean) => {
      const variance = varianceOf(features);
      const { low, range } = seen.with(variance, remember);
      const scaled = divNoNan(sub(variance, low), range);
      return { variance, scaled, weights: sub(exp(mul(scaled, alpha)), beta) };
    };
    const loss = (logits: TensorLike, labels: TensorLike, features: TensorLike, options: LossOptions = {}) =>
      tidy(() => {
        const scores = toTensor(logits);
        const dimensions = checkShape('bias', 'logits', scores, ['batch', 'classes']);
        const terms = new LossTerms(scores, readLabels('bias', labels, dimensions, options.ignoreIndex));
        const known = checkFeatures(toTensor(features), dimensions.batch!);
        const surprisal = compSumOf(scores, terms.labels, 1);
        checkFinite('bias', surprisal, scores);
        const weights = stopGradient((x) => weigh(x, true).weights, [known]);
        return reduceLosses('bias', mul(surprisal, weights), terms, options);
      });
    return Object.assign(loss, {
      method: 'bias',
      weigh: (features: TensorLike) => tidy(() => weigh(checkFeatures(toTensor(features)), false)),
      range: () => seen.read(),
      memory: memoryOf('bias', { low: seen.low, high: seen.high }),
    });
  },
);

function checkFeatures(features: Tensor, batch = features.shape[0]): Tensor {
  if (features.rank >= 2 && features.shape[0] === batch) return features;
  const expected = batch === undefined ? '[batch, ...]' : `[batch, ...] with batch = ${batch}`;
  throw new ShapeError(`bias: features must be ${expected}, got [${features.shape.join(', ')}]`);
}

/** The unbiased variance of all the numbers of each example, `[batch]`; 0 of a single one. */
function varianceOf(features: Tensor): Tensor {
  const rows = reshape(features, [features.shape[0]!, -1]);
  const squares = square(sub(rows, mean(rows, 1, true)));
  return mul(sum(squares, 1), 1 / Math.max(1, rows.shape[1]! - 1));
}

type Scale = 'local' | 'running' | 'global-official';

/** The range of variances that a scale is made from, and what it remembers of earlier batches. */
class SeenRange {
  readonly low: Kept;
  readonly high = new Kept([], -Infinity);

  constructor(private readonly scale: Scale) {
    this.low = new Kept([], scale === 'global-official' ? 100_000 : Infinity);
  }

  with(variance: Tensor, remember: boolean): { low: Tensor; range: Tensor } {
    const [least, most] = [min(variance), max(variance)];
    if (this.scale === 'local') return { low: least, range: sub(most, least) };
    const low = minimum(least, this.low.value);
    const high = maximum(most, this.high.value);
    if (remember) [this.low.value, this.high.value] = [low, high];
    return { low, range: this.scale === 'running' ? sub(high, low) : sub(most, least) };
  }

  async read(): Promise<NdArray> {
    const [low, high] = await Promise.all([this.low.read(), this.high.read()]);
    return ndarray(Float32Array.of(low.data[0]!, high.data[0]!), [2]);
  }
}
