import { type ArrayInput, DomainError, ShapeError, toNdArray } from '@surprisal/core';
import {
  type Tensor,
  type TensorLike,
  checkShape,
  divNoNan,
  greater,
  logSoftmax,
  mul,
  neg,
  readsAtOnce,
  reshape,
  sum,
  tensor2d,
  tidy,
  toTensor,
  where,
  zerosLike,
} from '@surprisal/core/tensor';
import { checkFinite } from './labels.js';
import { LossTerms } from './loss.js';

/**
 * A loss of the logits of a sequence's positions and reference tokens, in nats.
 *
 * @example
 * console.log(tokenCrossEntropy()([[[2, 0], [0, 2]]], [[0, 1]]).dataSync()[0]!.toFixed(4)); // 0.1269
 */
export interface SequenceLoss {
  /**
   * @param logits `[batch, positions, vocabulary]`
   * @param tokens `[batch, length]`
   * @returns `[batch]`, or a scalar with a reduction
   * @throws ShapeError for other shapes; DomainError for tokens out of range and logits that are NaN or +Infinity
   */
  (logits: TensorLike, tokens: TensorLike, options?: SequenceLossOptions): Tensor;
  readonly method: string;
}

/** Which tokens count, and how the losses of the sequences are put together. */
export interface SequenceLossOptions {
  /** Default `'none'`: one loss per sequence. `'mean'` is over the sequences that are not empty, by their weights. */
  readonly reduction?: 'none' | 'mean' | 'sum';
  /** `[batch]`, a weight for each sequence. */
  readonly weights?: TensorLike;
  /** `[batch]`, how many tokens of each reference count; default all. What comes after may be any number. */
  readonly targetLengths?: ArrayInput;
}

declare module '@surprisal/core' {
  interface Kinds {
    'sequence-loss': SequenceLoss;
  }
}

/** What a sequence loss is computed from. */
export class SequenceTerms {
  #logProbs: Tensor | undefined;

  constructor(
    readonly owner: string,
    /** `[batch, positions, vocabulary]` */
    readonly logits: Tensor,
    /** `[batch, length]`, int32; 0 where a token does not count. */
    readonly tokens: Tensor,
    /** `[batch, length]`, bool. */
    readonly counted: Tensor,
    /** `[batch]`, how many tokens of each reference count. */
    readonly lengths: readonly number[],
  ) {}

  get batch(): number {
    return this.logits.shape[0]!;
  }

  get positions(): number {
    return this.logits.shape[1]!;
  }

  get length(): number {
    return this.tokens.shape[1]!;
  }

  /** Log-softmax over the vocabulary. */
  get logProbs(): Tensor {
    return (this.#logProbs ??= logSoftmax(this.logits));
  }

  /** log p of each token at its own position, 0 where it does not count: `[batch, length]`. */
  get tokenLogProbs(): Tensor {
    if (this.positions !== this.length) {
      throw new ShapeError(
        `${this.owner}: tokens must be one for each position, [${this.batch}, ${this.positions}], got [${this.tokens.shape.join(', ')}]`,
      );
    }
    const flat = reshape(this.logits, [-1, this.logits.shape[2]!]);
    const labels = { sparse: true, tensor: reshape(this.tokens, [-1]) };
    const own = neg(reshape(new LossTerms(flat, labels).surprisal, this.tokens.shape));
    return where(this.counted, own, zerosLike(own));
  }
}

/**
 * Makes a sequence loss from the maths of a batch of sequences; checks, padding, weights, reductions and memory are the same for all.
 *
 * @param perSequence the loss of each sequence, `[batch]`; of an empty one it counts nothing
 * @param counts `[batch, length]` (bool), which tokens count by further options
 */
export function makeSequenceLoss<O extends SequenceLossOptions = SequenceLossOptions>(
  name: string,
  perSequence: (terms: SequenceTerms, options: O) => Tensor,
  counts: (tokens: Tensor, options: O) => ArrayInput | undefined = () => undefined,
) {
  const loss = (logits: TensorLike, tokens: TensorLike, options = {} as O): Tensor =>
    tidy(() => {
      const terms = readSequences(name, logits, tokens, options.targetLengths, (given) => counts(given, options));
      const losses = perSequence(terms, options);
      checkFinite(name, losses, reshape(terms.logits, [terms.batch, -1]));
      return reduce(name, losses, terms, options);
    });
  return Object.assign(loss, { method: name });
}

/** Checks sequences and says which of their tokens count. */
export function readSequences(
  owner: string,
  logits: TensorLike,
  tokens: TensorLike,
  targetLengths?: ArrayInput,
  counts: (tokens: Tensor) => ArrayInput | undefined = () => undefined,
): SequenceTerms {
  const scores = toTensor(logits);
  const given = toTensor(tokens, 'int32');
  const { batch, vocabulary } = checkShape(owner, 'logits', scores, ['batch', 'positions', 'vocabulary']);
  checkShape(owner, 'tokens', given, ['batch', 'length'], { batch: batch! });
  const length = given.shape[1]!;
  const lengths = readLengths(owner, 'targetLengths', targetLengths, batch!, length);
  const chosen = counts(given);
  const chosenData = chosen === undefined ? undefined : toNdArray(chosen).data;
  const flags = Int32Array.from({ length: batch! * length }, (_, at) =>
    at % length < lengths[Math.floor(at / length)]! && (chosenData?.[at] ?? 1) > 0 ? 1 : 0,
  );
  const counted = greater(tensor2d(flags, [batch!, length], 'int32'), 0);
  checkTokens(owner, given, flags, vocabulary!);
  const kept = lengths.map((_, row) => flags.subarray(row * length, (row + 1) * length).reduce((a, b) => a + b, 0));
  return new SequenceTerms(owner, scores, where(counted, given, zerosLike(given)), counted, kept);
}

/** `[batch]` lengths from 0 to a limit; all at the limit when none are given. */
export function readLengths(
  owner: string,
  name: string,
  lengths: ArrayInput | undefined,
  batch: number,
  limit: number,
): number[] {
  if (lengths === undefined) return Array.from({ length: batch }, () => limit);
  const { shape, data } = toNdArray(lengths);
  checkShape(owner, name, { shape }, ['batch'], { batch });
  const wrong = Array.from(data).find((length) => !(Number.isInteger(length) && length >= 0 && length <= limit));
  if (wrong === undefined) return Array.from(data);
  throw new DomainError(`${owner}: ${name} must be whole numbers from 0 to ${limit}, got ${wrong}`);
}

function checkTokens(owner: string, tokens: Tensor, flags: Int32Array, vocabulary: number): void {
  if (!readsAtOnce()) return;
  const wrong = tokens.dataSync().find((token, at) => flags[at] === 1 && !(token >= 0 && token < vocabulary));
  if (wrong === undefined) return;
  throw new DomainError(`${owner}: tokens must be whole numbers from 0 to ${vocabulary - 1}, got ${wrong}`);
}

function reduce(owner: string, losses: Tensor, terms: SequenceTerms, options: SequenceLossOptions): Tensor {
  const { reduction = 'none' } = options;
  if (!['none', 'mean', 'sum'].includes(reduction)) {
    throw new DomainError(`${owner}: reduction must be one of none, mean, sum, got ${String(reduction)}`);
  }
  let weights = toTensor(terms.lengths.map((length) => (length > 0 ? 1 : 0)));
  if (options.weights !== undefined) {
    const own = toTensor(options.weights);
    checkShape(owner, 'weights', own, ['batch'], { batch: terms.batch });
    weights = mul(weights, own);
  }
  const weighted = where(greater(weights, 0), mul(losses, weights), zerosLike(losses));
  if (reduction === 'none') return weighted;
  return reduction === 'sum' ? sum(weighted) : divNoNan(sum(weighted), sum(weights));
}
