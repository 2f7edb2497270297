import { grad, softmax, sum, tensor2d, tidy } from '@surprisal/core/tensor';
import type { ValueLoss } from '@surprisal/losses';

/** What a loss that learns a number by bins makes of one target. */
export interface ValuePicture {
  /** What each bin stands for. */
  readonly bins: readonly number[];
  /** The probabilities that the target becomes, and those of a prediction that is too low. */
  readonly target: readonly number[];
  readonly prediction: readonly number[];
  /** Minus the gradient in the logits, at that prediction. */
  readonly pull: readonly number[];
  /** Numbers that may be predicted, and what they cost. */
  readonly numbers: readonly number[];
  readonly losses: readonly number[];
  /** The target, one of those numbers. */
  readonly aim: number;
}

/** Predictions stand at so many places from the lowest bin to the highest; the target is one of them. */
const PLACES = 121;
const [AIM, LOW] = [78, 48];
/** How wide a prediction is, over the range of the bins. */
const WIDTH = 0.06;

/** Computes the picture of a loss from what all such losses have. */
export async function valuePictureOf(loss: ValueLoss): Promise<ValuePicture> {
  const bins = Array.from(loss.values);
  const bells = Array.from({ length: PLACES }, (_, place) => bellAt(place / (PLACES - 1), bins));
  const numbers = await read(() => loss.decode(bells));
  const aim = numbers[AIM]!;
  const low = [bells[LOW]!];
  const [losses, target, prediction, slopes] = await Promise.all([
    read(() =>
      loss(
        bells,
        numbers.map(() => aim),
      ),
    ),
    read(() => loss.encode([aim])),
    read(() => softmax(tensor2d(low))),
    read(() => grad((logits) => sum(loss(logits, [aim])))(tensor2d(low))),
  ]);
  return { bins, target, prediction, pull: slopes.map((slope) => -slope), numbers, losses, aim };
}

/** The logits of a bell around a place in the range of the bins. */
function bellAt(share: number, bins: readonly number[]): number[] {
  const [first, last] = [bins[0]!, bins.at(-1)!];
  const middle = first + share * (last - first);
  return bins.map((value) => -0.5 * ((value - middle) / (WIDTH * (last - first))) ** 2);
}

async function read(compute: Parameters<typeof tidy>[0]): Promise<number[]> {
  const tensor = tidy(compute) as ReturnType<typeof softmax>;
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return values;
}
