import { type ArrayInput, DomainError, type NdArray, ShapeError, toFloat64 } from '@surprisal/core';

/** What one modality says about another, estimated with a model, in nats per sample. */
export interface InformationEstimate {
  /** Per sample, `[samples]`: the sum over tokens that count of log p(text | image) - log p(text | blank). */
  readonly perSample: Float64Array;
  /** Their mean: the mutual information. It can exceed the true one, for it uses a model, and be negative. */
  readonly mutualInformation: number;
  /** Sample standard deviation over sqrt(samples); NaN for one sample, which has none. */
  readonly standardError: number;
  /** Share of the text that the image gives away: mutual information / mean loss of the text under the blank image. */
  readonly infogain: number;
  /** Mutual information / mean loss of the text GIVEN the image: larger, and not bounded by 1. */
  readonly infogainOverConditional: number;
}

/**
 * Mutual information of captions and images from a model's log-probabilities of the caption's tokens:
 * `I = mean over pairs [ log p(text | image) - log p(text | blank image) ]`.
 *
 * The blank must be in distribution: a model that never saw blanks overstates I about twice (the paper fine-tunes on a mixture).
 *
 * @param given log p of the tokens given their image, `[samples, tokens]`, nats
 * @param blank log p of the same tokens given a blank image, `[samples, tokens]`
 * @param mask 1 where a token counts, 0 for padding, `[samples, tokens]`; default: all count
 * @throws ShapeError when the shapes differ; DomainError for a sample without a token that counts, and for tokens that count
 * whose log p is NaN, Infinity or -Infinity in both
 *
 * Henighan et al.: Scaling Laws for Autoregressive Generative Modeling, 2020, arXiv:2010.14701, section 5.
 *
 * @example
 * const { mutualInformation, infogain } = captionInformation([[-1, -0.5]], [[-2, -1]]);
 * console.log(mutualInformation, infogain); // 1.5 0.5
 */
export function captionInformation(given: ArrayInput, blank: ArrayInput, mask?: ArrayInput): InformationEstimate {
  const [conditioned, unconditioned] = [toFloat64(given), toFloat64(blank)];
  const counts = mask === undefined ? undefined : toFloat64(mask);
  checkShapes(conditioned, unconditioned, counts);
  const totals = sampleTotals(conditioned, unconditioned, counts);
  const perSample = totals.given.map((value, i) => value - totals.blank[i]!);
  const mutualInformation = mean(perSample);
  return {
    perSample,
    mutualInformation,
    standardError: standardErrorOf(perSample, mutualInformation),
    infogain: mutualInformation / -mean(totals.blank),
    infogainOverConditional: mutualInformation / -mean(totals.given),
  };
}

/** Log-probability of every sample: the sum over its tokens that count. */
function sampleTotals(given: NdArray<Float64Array>, blank: NdArray<Float64Array>, mask?: NdArray<Float64Array>) {
  const [samples, tokens] = given.shape as [number, number];
  const totals = { given: new Float64Array(samples), blank: new Float64Array(samples) };
  for (let sample = 0; sample < samples; sample++) {
    let counted = 0;
    for (let i = sample * tokens; i < (sample + 1) * tokens; i++) {
      if (mask && mask.data[i] === 0) continue; // padding may hold anything, -Infinity too
      checkToken(given.data[i]!, blank.data[i]!, sample, i % tokens);
      totals.given[sample]! += given.data[i]!;
      totals.blank[sample]! += blank.data[i]!;
      counted++;
    }
    if (counted > 0) continue;
    throw new DomainError(`captionInformation: sample ${sample} has no token that counts; leave it out`);
  }
  return totals;
}

function checkToken(given: number, blank: number, sample: number, token: number): void {
  if (given < Infinity && blank < Infinity && (given > -Infinity || blank > -Infinity)) return;
  throw new DomainError(
    `captionInformation: log-probabilities must be below Infinity, not NaN and not both -Infinity, got ${given} and ${blank} at token ${token} of sample ${sample}`,
  );
}

function checkShapes(given: NdArray, blank: NdArray, mask?: NdArray): void {
  if (given.shape.length !== 2 || given.data.length === 0) {
    throw new ShapeError(`captionInformation: given must be [samples, tokens], got [${given.shape.join(', ')}]`);
  }
  for (const [name, array] of Object.entries({ blank, mask })) {
    if (array === undefined || array.shape.join() === given.shape.join()) continue;
    throw new ShapeError(
      `captionInformation: ${name} must be [${given.shape.join(', ')}] as given is, got [${array.shape.join(', ')}]`,
    );
  }
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

function standardErrorOf(values: Float64Array, center: number): number {
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
