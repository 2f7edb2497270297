import { Candidates } from './candidates.js';
import { type NextLogits, checkMaxTokens, sameLength, stopTokens } from './model.js';
import type { Sampler } from './sampler.js';

/** What to generate: with which model, from where, how, and how far. */
export interface GenerateRequest {
  readonly model: NextLogits;
  readonly prompt: readonly number[];
  /** Is told the prompt, chooses every token, and goes on from where it stands: `reset()` it to begin anew. */
  readonly sampler: Sampler;
  /** How many tokens at most, >= 1. */
  readonly maxTokens: number;
  /** Tokens that end the text; they are its last token. */
  readonly stop?: number | readonly number[];
  /** Ends the generation by throwing its reason. */
  readonly signal?: AbortSignal;
}

/** A token that was generated, and what the model thought of it: before the sampler cut or bent its distribution. */
export interface GenerationStep {
  readonly token: number;
  /** Its place after the prompt, from 0. */
  readonly position: number;
  /** -log2 of its probability, in bits. */
  readonly surprisal: number;
  /** The entropy of the model's distribution, in bits: the surprisal to be expected of plain sampling. */
  readonly entropy: number;
  /** True for a stop token. */
  readonly stopped: boolean;
}

/**
 * Generates token by token.
 *
 * @throws DomainError, ShapeError for logits that are none or change their length
 *
 * @example
 * const model = (tokens: readonly number[]) => (tokens.at(-1) === 0 ? [0, 3, 0] : [0, 0, 3]);
 * for await (const { token, surprisal } of generate({ model, prompt: [0], sampler: topK({ k: 1 }), maxTokens: 9, stop: 2 })) {
 *   console.log(token, surprisal.toFixed(3));
 *   // 1 0.137
 *   // 2 0.137
 * }
 */
export async function* generate({
  model,
  prompt,
  sampler,
  maxTokens,
  stop,
  signal,
}: GenerateRequest): AsyncGenerator<GenerationStep, void, void> {
  checkMaxTokens('generate', maxTokens);
  const stops = stopTokens(stop);
  const vocabulary = sameLength('generate');
  const candidates = new Candidates();
  const tokens = [...prompt];
  for (const token of prompt) sampler.accept(token);
  for (let position = 0; position < maxTokens; position++) {
    signal?.throwIfAborted();
    const logits = vocabulary(await model(tokens));
    const token = sampler.sample(logits);
    tokens.push(token);
    candidates.load(logits, 'generate');
    const at = candidates.position(token);
    const surprisal = at < 0 ? Infinity : (candidates.logTotal - candidates.logits[at]!) / Math.LN2;
    const stopped = stops.has(token);
    yield { token, position, surprisal, entropy: candidates.entropy / Math.LN2, stopped };
    if (stopped) return;
  }
}

/** What was generated. */
export interface Completion {
  /** After the prompt; with the token that ended it. */
  readonly tokens: readonly number[];
  readonly steps: readonly GenerationStep[];
  /** Whether a stop token ended it, or its length. */
  readonly finish: 'stop' | 'length';
  /** The mean surprisal of its tokens, in bits: the log2 of its perplexity. */
  readonly meanSurprisal: number;
}

/**
 * {@link generate}, to the end.
 *
 * @example
 * const model = () => [1, 1];
 * const { tokens, meanSurprisal } = await complete({ model, prompt: [], sampler: topP({ seed: 1 }), maxTokens: 20 });
 * console.log(tokens.length, meanSurprisal.toFixed(3)); // 20 1.000
 */
export async function complete(request: GenerateRequest): Promise<Completion> {
  const steps: GenerationStep[] = [];
  for await (const step of generate(request)) steps.push(step);
  return {
    tokens: steps.map(({ token }) => token),
    steps,
    finish: steps.at(-1)!.stopped ? 'stop' : 'length',
    meanSurprisal: steps.reduce((sum, { surprisal }) => sum + surprisal, 0) / steps.length,
  };
}
