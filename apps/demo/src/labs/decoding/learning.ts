import { type TextModel, bpe, kneserNey, trainTextModel } from '@surprisal/language';
import { type ModelState, PARTS } from './settings.js';

/** The page hears of progress, and may stop, this often. */
const BREATH_MS = 40;

/** A language model that has read a text, and what it is, in a sentence. */
export interface Learned {
  readonly model: TextModel;
  readonly about: string;
}

/** Learns a model of the tokens of a text; yields how far it is, from 0 to 1. */
export async function* learn(text: string, settings: ModelState): AsyncGenerator<number, Learned, void> {
  const { size, order, learn: part } = settings;
  const begun = performance.now();
  const read = text.slice(0, Math.round(PARTS[part] * text.length));
  const tokenizer = bpe({ size, alphabet: 'characters', pretokenize: 'words' });
  const training = trainTextModel({ text: read, tokenizer, model: kneserNey({ order }) });
  for (let breathed = begun; ;) {
    const { done, value } = training.next();
    if (done) return { model: value, about: aboutOf(value, read.length, performance.now() - begun) };
    if (performance.now() - breathed < BREATH_MS) continue;
    yield (value.label === 'bpe' ? 0 : 0.5) + (0.5 * value.step) / value.of;
    await new Promise((resolve) => setTimeout(resolve));
    breathed = performance.now();
  }
}

const aboutOf = ({ tokenizer, model }: TextModel, characters: number, ms: number) =>
  `The model: ${tokenizer.size} tokens by byte-pair encoding, Kneser-Ney of order ${model.order}, ` +
  `learned here in ${(ms / 1000).toFixed(1)} s from ${characters.toLocaleString('en')} characters of Moby-Dick. No engine is needed.`;
