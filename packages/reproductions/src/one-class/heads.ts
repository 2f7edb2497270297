import { Random, ndarray } from '@surprisal/core';
import { type Model, type Scalar, type Tensor, type Variable, add, concat, matMul, relu, slice, softmax, squeeze, tidy, toTensor, transpose, variable, zeros } from '@surprisal/core/tensor'; // prettier-ignore
import { crossEntropy, hyperbolicCrossEntropy, hyperbolicLogits, hyperbolicPairwiseConfusion, toPoincare } from '@surprisal/losses'; // prettier-ignore
import { denseModel } from '../shared/dense-model.js';
import { PIXELS } from '../shared/small-digits.js';
import type { OneClassParams } from './params.js';

/** The classifiers of normal digits and pseudo-negatives that are compared. */
export const heads = ['Hyp-OC', 'Hyp-CE', 'Euclidean'] as const;
export type Head = (typeof heads)[number];

/** A network with a head; called on pixels `[batch, 64]`, it gives logits `[batch, 2]`, of which the second is that of what is not normal. */
export interface Detector extends Model {
  /** Where the head sees pixels: in the ball, or in flat space. */
  embed(pixels: Tensor): Tensor;
  /** What a step makes smaller. */
  cost(normal: Tensor, negatives: Tensor): Scalar;
  dispose(): void;
}

/** Heads of one seed have the same network, and hyperbolic ones the same hyperplanes at first. */
export function detector(head: Head, params: OneClassParams, seed: number): Detector {
  const { hidden, ballDim } = params;
  const network = denseModel({ inputs: PIXELS, hidden, outputs: ballDim }, seed);
  const { own, embed, logitsOf, costOf } = head === 'Euclidean' ? flat(ballDim, seed) : inBall(head, params, seed);
  const embedded = (pixels: Tensor) => embed(relu(network.call(pixels)));
  return {
    variables: { ...network.variables, ...own },
    call: (pixels) => logitsOf(embedded(pixels)),
    embed: embedded,
    cost(normal, negatives) {
      const [batch, all] = [normal.shape[0]!, normal.shape[0]! + negatives.shape[0]!];
      const labels = Int32Array.from({ length: all }, (_, i) => Number(i >= batch));
      return costOf(embedded(concat([normal, negatives])), labels, batch) as Scalar;
    },
    dispose() {
      network.dispose();
      Object.values(own).forEach((one) => one.dispose());
    },
  };
}

/** What comes after the network. */
interface HeadParts {
  readonly own: Readonly<Record<string, Variable>>;
  embed(features: Tensor): Tensor;
  logitsOf(embedded: Tensor): Tensor;
  /** The first rows, `batch` of them, are normal. */
  costOf(embedded: Tensor, labels: Int32Array, batch: number): Tensor;
}

function flat(width: number, seed: number): HeadParts {
  const own = { a: startingAt(() => drawnRows('a', width, seed)), bias: startingAt(() => zeros([2])) };
  const loss = crossEntropy();
  const logitsOf = (features: Tensor) => add(matMul(features, transpose(own.a)), own.bias);
  return {
    own,
    embed: (features) => features,
    logitsOf,
    costOf: (features, labels) => loss(logitsOf(features), labels, { reduction: 'mean' }),
  };
}

function inBall(head: 'Hyp-OC' | 'Hyp-CE', { ballDim, c, clipRadius }: OneClassParams, seed: number): HeadParts {
  const rows = (name: string) => startingAt(() => drawnRows(name, ballDim, seed));
  const planes = { a: rows('a'), p: rows('p') };
  const basePoint = startingAt(() => zeros([ballDim]));
  const [classify, confuse] = [hyperbolicCrossEntropy({ c }), hyperbolicPairwiseConfusion({ c })];
  return {
    own: { ...planes, basePoint },
    embed: (features) => toPoincare(features, { c, clipRadius, basePoint }),
    logitsOf: (points) => hyperbolicLogits(points, planes, c),
    costOf(points, labels, batch) {
      const wrong = classify(points, labels, planes, { reduction: 'mean' });
      if (head === 'Hyp-CE') return wrong;
      return add(wrong, confuse(slice(points, [0, 0], [batch, ballDim]), { reduction: 'mean' }));
    },
  };
}

/** `[2, width]`, uniform up to 1 / sqrt(width), as the authors draw them. */
export function drawnRows(name: string, width: number, seed: number): Tensor {
  const most = 1 / Math.sqrt(width);
  return toTensor(ndarray(new Random(seed).split('head', name).uniforms(2 * width, -most, most), [2, width]));
}

/** A variable that starts as a tensor, which is not kept. */
const startingAt = (first: () => Tensor): Variable => tidy(() => variable(first()));

/** The probability of what is not normal, `[batch]`. */
export const scoresOf = (model: Detector, pixels: Tensor): Tensor =>
  squeeze(slice(softmax(model.call(pixels)), [0, 1], [-1, 1]), [1]);
