import { DomainError, Random, ndarray, sizeOf } from '@surprisal/core';
import {
  type Model,
  type Tensor,
  type Variable,
  add,
  cast,
  matMul,
  mean,
  mul,
  oneHot,
  relu,
  reshape,
  rsqrt,
  slice,
  softmax,
  split,
  square,
  tidy,
  toTensor,
  transpose,
} from '@surprisal/core/tensor';
import { type Shapes, drawVariables } from './draw-variables.js';

export interface TransformerOptions {
  readonly vocabularySize: number;
  /** The longest sequence; default 64. */
  readonly context?: number;
  /** Numbers per position, a multiple of `heads`; default 64. */
  readonly width?: number;
  /** Default 4. */
  readonly heads?: number;
  /** Layers; default 2. */
  readonly depth?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** A model of sequences of tokens: `[batch, time]` to logits of the next token, `[batch, time, vocabularySize]`. */
export interface Transformer extends Model {
  readonly context: number;
  readonly vocabularySize: number;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * A small decoder-only transformer: learned positions, causal attention, root-mean-square norms before each part, ReLU, no biases. The weights are
 * drawn from the seed, the same on every engine: N(0, 0.02^2) as in GPT-2, those that write to the residual stream by 1 / sqrt(2 depth) smaller.
 *
 * Embeddings are products with one-hot vectors, whose gradients all engines have: meant for small vocabularies.
 *
 * @throws DomainError for an option out of range
 *
 * Vaswani et al.: Attention Is All You Need, 2017, arXiv:1706.03762. Radford et al.: Language Models are Unsupervised Multitask Learners, 2019.
 * Zhang, Sennrich: Root Mean Square Layer Normalization, 2019, arXiv:1910.07467.
 *
 * @example
 * const { call } = transformer({ vocabularySize: 5, context: 8, width: 16, heads: 2 });
 * console.log(call(tensor2d([[1, 4, 2]], [1, 3], 'int32')).shape); // [ 1, 3, 5 ]
 */
export function transformer(options: TransformerOptions): Transformer {
  const { vocabularySize, context = 64, width = 64, heads = 4, depth = 2, seed = 0 } = options;
  check({ vocabularySize, context, width, heads, depth });
  const variables = draw(shapesOf({ vocabularySize, context, width, depth }), depth, seed);
  const weight = (name: string) => variables[name]!;

  const call = (tokens: Tensor): Tensor =>
    tidy(() => {
      const [batch, time] = tokens.shape as [number, number];
      if (time > context)
        throw new DomainError(`transformer: time must be at most the context ${context}, got ${time}`);
      const mask = causalMask(time);
      const embedded = matMul(cast(oneHot(reshape(tokens, [-1]), vocabularySize), 'float32'), weight('tokens'));
      const placed = add(reshape(embedded, [batch, time, width]), slice(weight('positions'), [0, 0], [time, width]));
      let stream = reshape(placed, [batch * time, width]);
      for (let layer = 1; layer <= depth; layer++) {
        const of = (part: string) => weight(`layer${layer}/${part}`);
        const qkv = matMul(norm(stream, of('attention-norm')), of('qkv'));
        stream = add(stream, matMul(attention(qkv, mask, { batch, time, heads, width }), of('attended')));
        const hidden = relu(matMul(norm(stream, of('mlp-norm')), of('widen')));
        stream = add(stream, matMul(hidden, of('narrow')));
      }
      return reshape(matMul(norm(stream, weight('norm')), weight('logits')), [batch, time, vocabularySize]);
    });

  return {
    variables,
    context,
    vocabularySize,
    call,
    dispose: () => Object.values(variables).forEach((one) => one.dispose()),
  };
}

/** x / sqrt(mean x^2), scaled. */
const norm = (x: Tensor, gain: Tensor): Tensor => mul(mul(x, rsqrt(add(mean(square(x), -1, true), 1e-5))), gain);

interface AttentionShape {
  readonly batch: number;
  readonly time: number;
  readonly heads: number;
  readonly width: number;
}

/** softmax(q k' / sqrt(d) + mask) v for each head; from `[batch * time, 3 * width]` to `[batch * time, width]`. */
function attention(qkv: Tensor, mask: Tensor, { batch, time, heads, width }: AttentionShape): Tensor {
  const perHead = width / heads;
  const [q, k, v] = split(qkv, 3, 1).map((x) => transpose(reshape(x, [batch, time, heads, perHead]), [0, 2, 1, 3]));
  const scores = mul(matMul(q!, k!, false, true), 1 / Math.sqrt(perHead));
  const mixed = matMul(softmax(add(scores, mask)), v!);
  return reshape(transpose(mixed, [0, 2, 1, 3]), [batch * time, width]);
}

/** `[time, time]`: 0 where a position may look, and so low elsewhere that softmax gives 0. */
function causalMask(time: number): Tensor {
  const mask = Float32Array.from({ length: time * time }, (_, i) => (i % time > Math.floor(i / time) ? -1e9 : 0));
  return toTensor(ndarray(mask, [time, time]));
}

function shapesOf({
  vocabularySize,
  context,
  width,
  depth,
}: Pick<Required<TransformerOptions>, 'vocabularySize' | 'context' | 'width' | 'depth'>): Shapes {
  const layers = Array.from({ length: depth }, (_, i): Shapes => {
    const name = `layer${i + 1}`;
    return {
      [`${name}/attention-norm`]: [width],
      [`${name}/qkv`]: [width, 3 * width],
      [`${name}/attended`]: [width, width],
      [`${name}/mlp-norm`]: [width],
      [`${name}/widen`]: [width, 4 * width],
      [`${name}/narrow`]: [4 * width, width],
    };
  });
  return Object.assign({ tokens: [vocabularySize, width], positions: [context, width] }, ...layers, {
    norm: [width],
    logits: [width, vocabularySize],
  }) as Shapes;
}

function draw(shapes: Shapes, depth: number, seed: number): Record<string, Variable> {
  const random = new Random(seed).split('weights');
  return drawVariables(shapes, (name, shape) => {
    if (shape.length === 1) return new Float32Array(shape[0]!).fill(1);
    const residual = name.endsWith('/attended') || name.endsWith('/narrow');
    return random.split(name).normals(sizeOf(shape), 0, residual ? 0.02 / Math.sqrt(2 * depth) : 0.02);
  });
}

function check(sizes: Readonly<Record<string, number>> & { readonly width: number; readonly heads: number }): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!(Number.isInteger(size) && size >= 1))
      throw new DomainError(`transformer: ${name} must be a whole number of at least 1, got ${size}`);
  }
  const { width, heads } = sizes;
  if (width % heads !== 0)
    throw new DomainError(`transformer: width must be a multiple of the ${heads} heads, got ${width}`);
}
