import { DomainError, type Memory, type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  cast,
  checkShape,
  divNoNan,
  expandDims,
  eye,
  greater,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  readsAtOnce,
  reshape,
  softmaxCrossEntropy,
  sum,
  tidy,
  tile,
  toTensor,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import type { z } from 'zod';
import { type Labels, checkFinite, readLabels } from './labels.js';

/**
 * A classification loss of logits, in nats.
 *
 * Labels are sparse (`[batch]`, class indices) or dense (`[batch, classes]`, one-hot or soft: then the loss is the
 * expectation over the label).
 *
 * @example
 * const loss = crossEntropy();
 * console.log(loss([[2, 0, -1]], [0]).dataSync()[0]!.toFixed(4)); // 0.1698
 */
export interface Loss {
  /**
   * @param logits `[batch, classes]`, any finite scores; -Infinity masks a class
   * @param labels `[batch]` class indices, or `[batch, classes]` probabilities
   * @returns `[batch]`, or a scalar with `reduction: 'mean' | 'sum'`
   * @throws ShapeError for other shapes; DomainError for labels out of range and logits that are NaN or +Infinity
   */
  (logits: TensorLike, labels: TensorLike, options?: LossOptions): Tensor;
  readonly method: string;
  /** The same loss for `model.compile({ loss: loss.keras })`: mean over the batch, of one-hot labels and logits. */
  readonly keras: (labels: Tensor, logits: Tensor) => Tensor;
  /** Only of a loss that remembers: what a checkpoint of a training must keep. */
  readonly memory?: Memory;
}

/** How the losses of the examples are put together. */
export interface LossOptions {
  /** Default `'none'`: one loss per example. `'mean'` divides by the sum of the weights. */
  readonly reduction?: 'none' | 'mean' | 'sum';
  /** `[batch]`, a weight for each example. */
  readonly weights?: TensorLike;
  /** `[classes]`, a weight for each label. */
  readonly classWeights?: TensorLike;
  /** Examples with this (sparse) label count nothing. */
  readonly ignoreIndex?: number;
}

declare module '@surprisal/core' {
  interface Kinds {
    loss: Loss;
  }
}

/** What a loss is computed from, each made when first asked for. */
export class LossTerms {
  #surprisal: Tensor | undefined;
  #logProbs: Tensor | undefined;
  #targets: Tensor | undefined;

  constructor(
    readonly logits: Tensor,
    readonly labels: Labels,
  ) {}

  /** Minus the log-probability of the label, `[batch]`; its expectation for a soft one. In one kernel on engines that have it. */
  get surprisal(): Tensor {
    return (this.#surprisal ??= softmaxCrossEntropy(this.logits, this.labels.tensor));
  }

  /** Log-softmax of the logits, `[batch, classes]`. */
  get logProbs(): Tensor {
    return (this.#logProbs ??= logSoftmax(this.logits));
  }

  /** The labels as probabilities, `[batch, classes]`; one-hot for sparse ones. */
  get targets(): Tensor {
    return (this.#targets ??= this.labels.sparse
      ? cast(oneHot(this.labels.tensor, this.logits.shape[1]!), 'float32')
      : this.labels.tensor);
  }

  /**
   * The expectation over the label of a function of log p(label): `[batch]`. For a sparse label that is the function of
   * one number per example, which is as fast as cross-entropy; classes that are masked by -Infinity do not disturb it.
   */
  expectation(f: (logProb: Tensor) => Tensor): Tensor {
    if (this.labels.sparse) return f(neg(this.surprisal));
    const possible = greater(this.targets, 0);
    const none = zerosLike(this.logProbs);
    return sum(where(possible, mul(this.targets, f(where(possible, this.logProbs, none))), none), 1);
  }

  /**
   * The expectation over the label of a loss that is no function of log p(label) alone: `[batch]`. `f` gets one-hot labels
   * `[rows, classes]` and the tensors `[batch, ...]` that are given, as they are when every label is one class; for soft labels
   * they are repeated, a row for each example and class, which costs `classes` times as much.
   */
  expectationOverLabels(f: (oneHot: Tensor, ...rows: Tensor[]) => Tensor, ...perExample: Tensor[]): Tensor {
    if (this.labels.sparse || isOneHot(this.labels.tensor)) return f(this.targets, ...perExample);
    const [batch, classes] = this.logits.shape as [number, number];
    const everyLabel = tile(eye(classes), [batch, 1]);
    const losses = reshape(f(everyLabel, ...perExample.map((rows) => repeatRows(rows, classes))), [batch, classes]);
    return sum(where(greater(this.targets, 0), mul(this.targets, losses), zerosLike(losses)), 1);
  }
}

/** Whether dense labels are one class each; unknown, and taken as no, where tensors cannot be read at once. */
function isOneHot(dense: Tensor): boolean {
  if (!readsAtOnce()) return false;
  const classes = dense.shape[1]!;
  const ones = new Uint8Array(dense.shape[0]!);
  return (
    dense.dataSync().every((value, i) => value === 0 || (value === 1 && ++ones[Math.floor(i / classes)]! === 1)) &&
    ones.every((count) => count === 1)
  );
}

/** `[batch, ...]` to `[batch * times, ...]`, each row after itself. */
const repeatRows = (rows: Tensor, times: number): Tensor => {
  const [batch, ...rest] = rows.shape;
  return reshape(tile(expandDims(rows, 1), [1, times, ...rest.map(() => 1)]), [batch! * times, ...rest]);
};

/** A loss's metadata and its maths. */
export interface LossDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'loss', S>, 'kind'> {
  /** The loss of each example, `[batch]`. */
  readonly perExample: (terms: LossTerms, params: z.output<S>) => Tensor;
}

/**
 * Makes a loss method from the maths of one example; shape and range checks, sparse and dense labels, weights, reductions,
 * memory and the keras form are the same for all losses and stand here.
 *
 * @example
 * import { z } from 'zod';
 *
 * const spherical = defineLoss({
 *   name: 'spherical',
 *   summary: 'One minus the cosine between the probabilities and the label.',
 *   params: z.object({}),
 *   perExample: ({ logProbs, targets }) => {
 *     const probs = exp(logProbs);
 *     return sub(1, div(sum(mul(probs, targets), 1), sqrt(sum(square(probs), 1))));
 *   },
 * });
 * console.log(spherical()([[0, 0]], [1]).dataSync()[0]!.toFixed(4)); // 0.2929
 */
export function defineLoss<S extends z.ZodObject>({ perExample, ...info }: LossDefinition<S>): Method<'loss', S, Loss> {
  return defineMethod<'loss', S, Loss>({ kind: 'loss', ...info }, (params) =>
    makeLoss(info.name, (terms) => perExample(terms, params)),
  );
}

/**
 * A loss from the maths of one example, for methods that keep a state or take further options; others use {@link defineLoss}.
 *
 * @param name the method that errors name
 * @param perExample the loss of each example, `[batch]`
 */
export function makeLoss<O extends LossOptions = LossOptions>(
  name: string,
  perExample: (terms: LossTerms, options: O) => Tensor,
) {
  const loss = (logits: TensorLike, labels: TensorLike, options = {} as O): Tensor =>
    tidy(() => {
      const scores = toTensor(logits);
      const dimensions = checkShape(name, 'logits', scores, ['batch', 'classes']);
      const terms = new LossTerms(scores, readLabels(name, labels, dimensions, options.ignoreIndex));
      const losses = perExample(terms, options);
      checkFinite(name, losses, scores);
      return reduceLosses(name, losses, terms, options);
    });
  const keras = (labels: Tensor, logits: Tensor) =>
    loss(logits, squeezeColumn(labels, logits), { reduction: 'mean' } as O);
  return Object.assign(loss, { method: name, keras });
}

/** tfjs hands sparse labels to a loss as a column. */
const squeezeColumn = (labels: Tensor, logits: Tensor) =>
  labels.rank === 2 && labels.shape[1] === 1 && logits.shape[1] !== 1 ? reshape(labels, [-1]) : labels;

/** Weighs the losses of the examples and puts them together. */
export function reduceLosses(owner: string, losses: Tensor, terms: LossTerms, options: LossOptions): Tensor {
  const { reduction = 'none' } = options;
  if (!['none', 'mean', 'sum'].includes(reduction)) {
    throw new DomainError(`${owner}: reduction must be one of none, mean, sum, got ${String(reduction)}`);
  }
  const weights = exampleWeights(owner, terms, options);
  const weighted = weights ? where(greater(weights, 0), mul(losses, weights), zerosLike(losses)) : losses;
  if (reduction === 'none') return weighted;
  if (reduction === 'sum') return sum(weighted);
  return weights ? divNoNan(sum(weighted), sum(weights)) : mean(weighted);
}

/** The product of all weights of an example, `[batch]`; undefined when every one is 1. */
function exampleWeights(owner: string, terms: LossTerms, options: LossOptions): Tensor | undefined {
  const { logits, labels } = terms;
  const [batch, classes] = logits.shape as [number, number];
  const factors: Tensor[] = labels.kept ? [labels.kept] : [];
  if (options.weights !== undefined) {
    const weights = toTensor(options.weights);
    checkShape(owner, 'weights', weights, ['batch'], { batch });
    factors.push(weights);
  }
  if (options.classWeights !== undefined) {
    const weights = toTensor(options.classWeights);
    checkShape(owner, 'classWeights', weights, ['classes'], { classes });
    factors.push(sum(mul(terms.targets, weights), 1));
  }
  return factors.length === 0 ? undefined : factors.reduce((product, factor) => mul(product, factor));
}
