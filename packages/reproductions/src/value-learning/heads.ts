import {
  type Scalar,
  type Tensor,
  abs,
  add,
  less,
  mean,
  mul,
  reshape,
  softmax,
  square,
  sub,
  where,
} from '@surprisal/core/tensor';
import { type ValueLoss, c51, hlGauss, histogramMse, twoHot } from '@surprisal/losses';

/** What follows a transition, for a batch. */
export interface After {
  /** `[batch]` */
  readonly reward: Tensor;
  /** `[batch]`, 1 where nothing follows. */
  readonly terminal: Tensor;
  readonly discount: number;
}

/** How a network gives a number, and learns it. */
export interface Head {
  readonly name: string;
  /** How many outputs of the network tell one number. */
  readonly outputs: number;
  /** Outputs `[batch, outputs]` to numbers `[batch]`. */
  decode(outputs: Tensor): Tensor;
  /** The mean loss of outputs `[batch, outputs]`, whose targets are numbers `[batch]` or what `target` gives. */
  loss(outputs: Tensor, targets: Tensor): Scalar;
  /** The target of a transition, from the outputs `[batch, outputs]` for what is done next. */
  target(next: Tensor, after: After): Tensor;
}

/** The ends of the numbers that a histogram may give. */
export interface Support {
  readonly vMin: number;
  readonly vMax: number;
  readonly numBins: number;
}

/** HL-Gauss with a width of its own, over that of a bin. */
export const hlGaussHead = (support: Support, sigmaToBinRatio = 0.75): Head =>
  histogram(
    sigmaToBinRatio === 0.75 ? 'HL-Gauss' : `HL-Gauss ${sigmaToBinRatio}`,
    hlGauss({ ...support, sigmaToBinRatio }),
  );

/** Squared error and Huber's loss of a number, and three losses of a histogram: the last, by squared error of its mean. */
export const headsOf = (support: Support): Head[] => [
  number('MSE', (difference) => square(difference)),
  number('Huber', huber),
  hlGaussHead(support),
  histogram('Two-Hot', twoHot({ ...support })),
  histogram('histogram by MSE', histogramMse({ ...support })),
];

/** C51 learns more than a number from a transition: the distribution of what follows. */
export function c51Head(support: Support): Head {
  const loss = c51({ ...support });
  return {
    ...histogram('C51', loss),
    target: (next, { reward, terminal, discount }) =>
      loss.project({ reward, terminal, nextProbs: softmax(next), discount }),
  };
}

function number(name: string, ofDifference: (difference: Tensor) => Tensor): Head {
  const decode = (outputs: Tensor) => reshape(outputs, [-1]);
  return {
    name,
    outputs: 1,
    decode,
    loss: (outputs, targets) => mean(ofDifference(sub(decode(outputs), targets))),
    target: (next, after) => bellman(decode(next), after),
  };
}

const histogram = (name: string, loss: ValueLoss): Head => ({
  name,
  outputs: loss.values.length,
  decode: (outputs) => loss.decode(outputs),
  loss: (outputs, targets) => loss(outputs, targets, { reduction: 'mean' }) as Scalar,
  target: (next, after) => bellman(loss.decode(next), after),
});

/** `r + discount (1 - terminal) V` */
const bellman = (value: Tensor, { reward, terminal, discount }: After): Tensor =>
  add(reward, mul(mul(sub(1, terminal), discount), value));

/** Half the square up to 1, and linear beyond. */
function huber(difference: Tensor): Tensor {
  const size = abs(difference);
  return where(less(size, 1), mul(0.5, square(size)), sub(size, 0.5));
}
