import { DomainError, ShapeError } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  checkShape,
  divNoNan,
  exp,
  isNaN,
  logSoftmax,
  maximum,
  mean,
  minimum,
  mul,
  readsAtOnce,
  reshape,
  squaredDifference,
  stopGradient,
  sum,
  tidy,
  toTensor,
  where,
} from '@surprisal/core/tensor';
import { compSumOf } from './comp-sum.js';
import { checkFinite } from './labels.js';
import { type Squashing, squash, unsquash } from './squashing.js';

/**
 * A loss that learns a number by predicting a histogram of it, in nats: the target becomes probabilities of bins, the model gives logits of the
 * bins, and its value is the mean of the bins under their softmax. Targets are held constant in the gradient.
 *
 * @example
 * const loss = twoHot({ vMin: 0, vMax: 2, numBins: 3 });
 * console.log(loss([[0, 0, 0]], [0.5]).dataSync()[0]!.toFixed(4)); // 1.0986
 * console.log(loss.encode([0.5]).dataSync().join(), loss.decode([[0, 0, 0]]).dataSync()[0]!.toFixed(4)); // 0.5,0.5,0 1.0000
 */
export interface ValueLoss {
  /**
   * @param logits `[..., bins]`
   * @param targets `[...]` numbers, or `[..., bins]` probabilities of the bins
   * @returns `[...]`, or a scalar with a reduction
   * @throws ShapeError for other shapes; DomainError for targets that are NaN or no probabilities, and logits that are NaN or +Infinity
   */
  (logits: TensorLike, targets: TensorLike, options?: ValueLossOptions): Tensor;
  readonly method: string;
  /** `[bins]`, the number that each bin stands for. */
  readonly values: Float32Array;
  /** The probabilities of the bins for numbers `[...]`: `[..., bins]`. */
  encode(targets: TensorLike): Tensor;
  /** The numbers that logits `[..., bins]` predict: `[...]`. */
  decode(logits: TensorLike): Tensor;
  /** The same loss for `model.compile({ loss: loss.keras })`: mean over the batch. tfjs wants targets of the outputs' shape: fit to `encode(targets)`. */
  readonly keras: (targets: Tensor, logits: Tensor) => Tensor;
}

/** How the losses of the targets are put together. */
export interface ValueLossOptions {
  /** Default `'none'`: one loss per target. `'mean'` divides by the sum of the weights. */
  readonly reduction?: 'none' | 'mean' | 'sum';
  /** `[...]`, a weight for each target. */
  readonly weights?: TensorLike;
}

declare module '@surprisal/core' {
  interface Kinds {
    'value-loss': ValueLoss;
  }
}

/** A histogram code of numbers. */
export interface ValueCode {
  /** `[bins]`, the squashed number that each bin stands for. */
  readonly values: Float32Array;
  /** `[N]` squashed numbers to `[N, bins]` probabilities. */
  readonly encode: (targets: Tensor) => Tensor;
  readonly transform?: Squashing;
  /** Trains the mean of the bins by squared error instead. */
  readonly bySquaredError?: boolean;
}

/** Makes a value loss from its code; shapes, checks, weights, reductions and memory are the same for all. */
export function makeValueLoss(name: string, code: ValueCode): ValueLoss {
  const bins = code.values.length;
  const transform = code.transform ?? 'identity';
  const encoded = (targets: Tensor) => stopGradient((y) => code.encode(squash(y, transform)), [targets]);
  const mean1d = (logits: Tensor) => sum(mul(exp(logSoftmax(logits)), code.values), 1); // [N]

  const loss = (logits: TensorLike, targets: TensorLike, options: ValueLossOptions = {}) =>
    tidy(() => {
      const { flat, lead } = flatLogits(name, logits, bins);
      const target = readTargets(name, targets, lead, bins);
      const probs = target.rank === 2 ? target : encoded(target);
      const losses = code.bySquaredError
        ? squaredDifference(
            mean1d(flat),
            target.rank === 2 ? sum(mul(target, code.values), 1) : stopGradient((y) => squash(y, transform), [target]),
          )
        : compSumOf(flat, { sparse: false, tensor: probs }, 1);
      checkFinite(name, losses, flat);
      return reduce(name, reshape(losses, lead), options);
    });

  return Object.assign(loss, {
    method: name,
    values: code.values,
    encode: (targets: TensorLike) =>
      tidy(() => {
        const given = toTensor(targets);
        checkNumbers(name, given);
        return reshape(encoded(reshape(given, [-1])), [...given.shape, bins]);
      }),
    decode: (logits: TensorLike) =>
      tidy(() => {
        const { flat, lead } = flatLogits(name, logits, bins);
        return reshape(unsquash(mean1d(flat), transform), lead);
      }),
    keras: (targets: Tensor, logits: Tensor) => loss(logits, targets, { reduction: 'mean' }),
  });
}

/** `[..., bins]` as `[N, bins]`, and what came before the bins. */
function flatLogits(owner: string, logits: TensorLike, bins: number): { flat: Tensor; lead: number[] } {
  const given = toTensor(logits);
  if (given.rank >= 1 && given.shape.at(-1) === bins) {
    return { flat: reshape(given, [-1, bins]), lead: given.shape.slice(0, -1) };
  }
  throw new ShapeError(`${owner}: logits must be [..., ${bins}], one for each bin, got [${given.shape.join(', ')}]`);
}

/** Numbers as `[N]`, or probabilities of the bins as `[N, bins]`. */
function readTargets(owner: string, targets: TensorLike, lead: readonly number[], bins: number): Tensor {
  const given = toTensor(targets);
  const shape = given.shape.join(', ');
  if (shape === [...lead, bins].join(', ')) return checkProbabilities(owner, reshape(given, [-1, bins]));
  if (shape !== lead.join(', ')) {
    const numbers = `[${lead.join(', ')}] numbers or [${[...lead, bins].join(', ')}] probabilities`;
    throw new ShapeError(`${owner}: targets must be ${numbers}, got [${shape}]`);
  }
  checkNumbers(owner, given);
  return reshape(given, [-1]);
}

function checkNumbers(owner: string, targets: Tensor): void {
  if (!readsAtOnce()) return;
  const at = targets.dataSync().findIndex(Number.isNaN);
  if (at >= 0) throw new DomainError(`${owner}: targets must be numbers, got NaN at index ${at}`);
}

function checkProbabilities(owner: string, probs: Tensor): Tensor {
  if (!readsAtOnce()) return probs;
  const [totals, least] = [sum(probs, 1).dataSync(), probs.dataSync().find((p) => !(p >= 0))];
  const wrong = totals.find((total) => !(Math.abs(total - 1) <= 1e-3));
  if (least === undefined && wrong === undefined) return probs;
  const got = least === undefined ? `a sum of ${wrong}` : `${least}`;
  throw new DomainError(`${owner}: targets must be probabilities >= 0 with sum 1 within 1e-3, got ${got}`);
}

function reduce(owner: string, losses: Tensor, { reduction = 'none', weights }: ValueLossOptions): Tensor {
  if (!['none', 'mean', 'sum'].includes(reduction)) {
    throw new DomainError(`${owner}: reduction must be one of none, mean, sum, got ${String(reduction)}`);
  }
  const factors = weights === undefined ? undefined : toTensor(weights);
  if (factors) checkShape(owner, 'weights', factors, losses.shape);
  const weighted = factors ? mul(losses, factors) : losses;
  if (reduction === 'none') return weighted;
  if (reduction === 'sum') return sum(weighted);
  return factors ? divNoNan(sum(weighted), sum(factors)) : mean(weighted);
}

/** Numbers cut to a range; NaN stays NaN, which a bare clip may turn into the lower bound. */
export const clampTo = (x: Tensor, low: number, high: number): Tensor =>
  where(isNaN(x), x, minimum(maximum(x, low), high));

/** @throws DomainError when a range is empty */
export function checkSupport(owner: string, vMin: number, vMax: number): void {
  if (!(vMin < vMax)) throw new DomainError(`${owner}: vMax must be greater than vMin = ${vMin}, got ${vMax}`);
}
