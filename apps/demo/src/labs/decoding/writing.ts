import type { Registry } from '@surprisal/core';
import {
  type GenerationStep,
  type MirostatPresetName,
  NgramMeter,
  type Sampler,
  generate,
  mirostatPresets,
} from '@surprisal/decoding';
import type { TextModel } from '@surprisal/language';
import { Gate } from '../../lab/gate.js';
import { type Side, taken } from '../../lab/sides.js';
import type { Learned } from './learning.js';
import type { Say, Written } from './messages.js';
import type { DecodingState } from './settings.js';

/** Time that the page has between two tokens, to show them. */
const BREATH_MS = 4;

/** One side: a sampler and its text. */
class Writer {
  readonly #steps: AsyncGenerator<GenerationStep, void, void>;
  readonly #ngrams = { 1: new NgramMeter(1), 2: new NgramMeter(2), 4: new NgramMeter(4) };
  #bits = 0;

  constructor(
    readonly side: Side,
    registry: Registry,
    private readonly model: TextModel,
    state: DecodingState,
  ) {
    const { name, params } = state[side];
    const sampler = registry.method(name, 'sampler')({ ...params, seed: state.seed }) as Sampler;
    const prompt = Array.from(model.encode(state.prompt));
    this.#steps = generate({ model: model.next, prompt, sampler, maxTokens: state.length });
  }

  async write(): Promise<Written> {
    const { token, surprisal, position } = (await this.#steps.next()).value as GenerationStep;
    this.#bits += surprisal;
    for (const meter of Object.values(this.#ngrams)) meter.add(token);
    const { 1: one, 2: two, 4: four } = this.#ngrams;
    return {
      side: this.side,
      text: this.model.decode([token]),
      bits: surprisal,
      crossEntropy: this.#bits / (position + 1),
      repetition: { 1: one.repetition, 2: two.repetition, 4: four.repetition },
    };
  }
}

/** Texts that grow side by side, a token of one after a token of the other, all from the same seed. */
export class Writing {
  readonly gate = new Gate();
  #stopped = false;

  constructor(
    private readonly registry: Registry,
    private readonly state: DecodingState,
    private readonly say: Say,
  ) {}

  /** Has the model learn, then writes, to the end or until it is stopped. */
  async run(learning: AsyncGenerator<number, Learned, void>): Promise<void> {
    const learned = await this.#learned(learning);
    if (!learned) return;
    this.say({ type: 'learned', about: learned.about, targets: targetsOf(this.state) });
    const writers = taken(this.state).map((side) => new Writer(side, this.registry, learned.model, this.state));
    const { length } = this.state;
    for (let step = 1; step <= length; step++) {
      await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
      await this.gate.passed();
      if (this.#stopped) return;
      const tokens = await Promise.all(writers.map((writer) => writer.write()));
      this.say({ type: 'written', step, of: length, tokens });
    }
    this.say({ type: 'ended' });
  }

  async #learned(learning: AsyncGenerator<number, Learned, void>): Promise<Learned | undefined> {
    while (!this.#stopped) {
      const { done, value } = await learning.next();
      if (done) return value;
      this.say({ type: 'learning', share: value });
    }
    return undefined;
  }

  stop(): void {
    this.#stopped = true;
    this.gate.resume();
  }
}

/** The surprise that samplers aim at, in bits, for those that do. */
function targetsOf(state: DecodingState): Partial<Record<Side, number>> {
  const targets: Partial<Record<Side, number>> = {};
  for (const side of taken(state)) {
    const { name, params } = state[side];
    const { preset = 'reference', tau } = params as { preset?: MirostatPresetName; tau?: number };
    if (name === 'mirostat') targets[side] = tau || mirostatPresets[preset].tau;
  }
  return targets;
}
