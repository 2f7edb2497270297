import { Random } from '@surprisal/core';
import { captionInformation } from '@surprisal/scaling-laws';

/** Sizes and losses of models, and what is known of the law behind them. */
export interface SizeLosses {
  readonly N: readonly number[];
  readonly loss: readonly number[];
}

/** Nats per context: when it is known, and what not knowing it costs more. */
export const MEMORY = { entropy: 0.8, penalty: 1.5, exponent: 1.5, states: 200_000 };

/**
 * Models that know the N most frequent contexts of a Zipf law by heart: `L(N) = 0.8 + 1.5 P(rank > N)`, a power of N with exponent 1.5 - 1, up to
 * the end of the law.
 *
 * @param noise standard deviation of a factor `exp(noise z)` on each loss
 */
export function memorisers(sizes: readonly number[], noise = 0, random = new Random(0)): SizeLosses {
  const { entropy, penalty, exponent, states } = MEMORY;
  const tails = new Float64Array(states + 1); // of all ranks beyond N; small terms first
  for (let rank = states; rank >= 1; rank--) tails[rank - 1] = tails[rank]! + rank ** -exponent;
  const loss = sizes.map((N) => (entropy + (penalty * tails[N]!) / tails[0]!) * Math.exp(noise * random.normal()));
  return { N: sizes, loss };
}

/** Points of learning curves, pooled. */
export interface LearningCurves {
  readonly C: readonly number[];
  readonly L: readonly number[];
  readonly N: readonly number[];
}

/** `L = E + A N^-alpha + B D^-beta`: the best size grows with the power beta / (alpha + beta) of compute, here 0.545. */
const LAW = { E: 2, A: 40, alpha: 0.3, B: 200, beta: 0.36 };
export const BEST_SIZE_EXPONENT = LAW.beta / (LAW.alpha + LAW.beta);

/** Learning curves of ten sizes, each on 2 to 200 tokens per parameter, with noise on every loss. */
export function learningCurves(noise: number, random: Random): LearningCurves {
  const points = Array.from({ length: 10 }, (_, i) => 1e5 * 10 ** (i / 3)).flatMap((N) =>
    Array.from({ length: 16 }, (_, j) => {
      const D = 2 * N * 100 ** (j / 15);
      const L = (LAW.E + LAW.A * N ** -LAW.alpha + LAW.B * D ** -LAW.beta) * Math.exp(noise * random.normal());
      return { C: 6 * N * D, L, N };
    }),
  );
  return { C: points.map(({ C }) => C), L: points.map(({ L }) => L), N: points.map(({ N }) => N) };
}

/** Captions of four words from a vocabulary of five; one of six images, all alike, sets the law of their words. */
const [WORDS, VOCABULARY, IMAGES] = [4, 5, 6];

/** What images say about captions, in nats per caption: told by sampled pairs, and exactly. */
export interface CaptionCheck {
  readonly estimated: number;
  readonly standardError: number;
  readonly exact: number;
}

/** Pairs of images and captions; an ideal model gives `log p(word | image)`, and the mixture of all images for a blank one. */
export function captionCheck(samples: number, random: Random): CaptionCheck {
  const laws = Array.from({ length: IMAGES }, (_, image) => randomLaw(random.split('law', image)));
  const draws = random.split('captions');
  const pairs = Array.from({ length: samples }, () => {
    const image = draws.integer(IMAGES);
    return { image, caption: Array.from({ length: WORDS }, () => draws.choice(words, laws[image])) };
  });
  const given = pairs.map(({ image, caption }) => caption.map((word) => Math.log(laws[image]![word]!)));
  const blank = pairs.map(({ caption }) => mixtureLogProbs(caption, laws));
  const { mutualInformation: estimated, standardError } = captionInformation(given, blank);
  return { estimated, standardError, exact: exactInformation(laws) };
}

const words = Array.from({ length: VOCABULARY }, (_, word) => word);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function randomLaw(random: Random): number[] {
  const weights = words.map(() => Math.exp(random.normal()));
  return weights.map((weight) => weight / sum(weights));
}

/** `log p(word | words before it)` of each word, when the image is any. */
function mixtureLogProbs(caption: readonly number[], laws: readonly (readonly number[])[]): number[] {
  const soFar = laws.map(() => 1 / laws.length); // p(image, words so far)
  let before = 1;
  return caption.map((word) => {
    laws.forEach((law, image) => (soFar[image]! *= law[word]!));
    const last = before;
    before = sum(soFar);
    return Math.log(before / last);
  });
}

/** The sum over all captions and images of `p(image, caption) log p(caption | image) / p(caption)`. */
function exactInformation(laws: readonly (readonly number[])[]): number {
  const captions = Array.from({ length: VOCABULARY ** WORDS }, (_, code) =>
    Array.from({ length: WORDS }, (_, place) => Math.floor(code / VOCABULARY ** place) % VOCABULARY),
  );
  return sum(
    captions.map((caption) => {
      const likelihoods = laws.map((law) => caption.reduce((product, word) => product * law[word]!, 1));
      const any = sum(likelihoods) / laws.length;
      return sum(likelihoods.map((likelihood) => (likelihood / laws.length) * Math.log(likelihood / any)));
    }),
  );
}
