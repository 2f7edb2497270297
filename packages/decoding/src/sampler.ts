import { type Method, type MethodInfo, DomainError, Random, ShapeError, defineMethod } from '@surprisal/core';
import { z } from 'zod';
import { Candidates } from './candidates.js';
import { type DrawRule, drawFrom } from './draw.js';
import { Draws } from './draws.js';
import type { Logits } from './logits.js';

/**
 * Chooses the next token from logits, one token after the other, and remembers what it must for that.
 *
 * @example
 * const sampler = mirostat({ tau: 3, seed: 1 });
 * const token = sampler.sample([0.1, 2, 1.5, -Infinity]);
 * console.log(token >= 0 && token < 3); // true
 */
export interface Sampler {
  /** The name of the method. */
  readonly method: string;
  /**
   * Narrows or reweighs candidates in place.
   *
   * @throws ShapeError when the vocabulary is another than that of the tokens before
   */
  apply(candidates: Candidates): void;
  /**
   * Takes note of the token that was chosen, by this sampler or by somebody else: the tokens of a prompt, for penalties.
   *
   * @throws DomainError when it is no token of the vocabulary
   */
  accept(token: number): void;
  /** Forgets all tokens: as newly made, its random numbers included. */
  reset(): void;
  /** A copy that goes on alike; given the name of a stream, one that remembers the same and draws independently. */
  clone(stream?: number | string): this;
  /**
   * Applies, draws and accepts.
   *
   * @param logits of all V tokens; a token of -Infinity is never chosen, one of +Infinity always
   * @throws DomainError when there are none, one is NaN, or all are -Infinity
   */
  sample(logits: Logits): number;
}

declare module '@surprisal/core' {
  interface Kinds {
    sampler: Sampler;
  }
}

/** The parameters that all samplers share. */
export const sharedParams = {
  seed: z.number().int().min(0).default(0).meta({ upTo: 100 }).describe('seed of the draws'),
  draw: z
    .enum(['inverse', 'gumbel'])
    .default('inverse')
    .describe('inverse: by the cumulative distribution; gumbel: the largest of logits with Gumbel noise'),
};

/** The parameters that all samplers share. */
export interface DrawOptions {
  /** Of the draws; default 0. */
  readonly seed?: number;
  /** Default `'inverse'`. */
  readonly draw?: DrawRule;
}

/** The parameter of truncations for how many tokens stay in any case. */
export const minKeepParam = z
  .number()
  .int()
  .min(1)
  .default(1)
  .meta({ upTo: 10 })
  .describe('how many of the first tokens stay in any case');

/** The parameter of methods that the two big code bases define differently. */
export const semanticsParam = z
  .enum(['llama', 'transformers'])
  .default('llama')
  .describe('whose rule: that of llama.cpp or that of transformers');

/** What all samplers are: a rule of their own within checks, draws and a memory of the vocabulary. */
export abstract class BaseSampler implements Sampler {
  #candidates: Candidates | undefined; // made for the first token that is sampled here
  #vocabulary = 0;
  #highest = -1; // token accepted
  #draws: Draws;

  constructor(
    readonly method: string,
    readonly drawOptions: DrawOptions,
  ) {
    this.#draws = new Draws(new Random(drawOptions.seed ?? 0).split('tokens'));
  }

  protected abstract narrow(candidates: Candidates): void;
  protected abstract remember(token: number): void;
  protected abstract forget(): void;
  protected abstract copy(stream?: number | string): this;

  apply(candidates: Candidates): void {
    const { vocabulary } = candidates;
    if (this.#vocabulary !== vocabulary) this.#meet(vocabulary);
    this.narrow(candidates);
  }

  #meet(vocabulary: number): void {
    if (this.#vocabulary > 0) {
      throw new ShapeError(
        `${this.method}: logits must be of ${this.#vocabulary} tokens as before, got ${vocabulary}; reset() the sampler for another vocabulary`,
      );
    }
    this.#vocabulary = vocabulary;
    if (this.#highest >= vocabulary) this.#refuse(this.#highest);
  }

  #refuse(token: number): never {
    const range = this.#vocabulary > 0 ? `from 0 to ${this.#vocabulary - 1}` : '>= 0';
    throw new DomainError(`${this.method}: token must be a whole number ${range}, got ${token}`);
  }

  accept(token: number): void {
    const known = this.#vocabulary || Infinity;
    if (!(Number.isSafeInteger(token) && token >= 0 && token < known)) this.#refuse(token);
    if (token > this.#highest) this.#highest = token;
    this.remember(token);
  }

  reset(): void {
    this.#vocabulary = 0;
    this.#highest = -1;
    this.#draws = new Draws(this.#draws.random);
    this.forget();
  }

  clone(stream?: number | string): this {
    const clone = this.copy(stream);
    clone.#vocabulary = this.#vocabulary;
    clone.#highest = this.#highest;
    clone.#draws = this.#draws.copy(stream);
    return clone;
  }

  sample(logits: Logits): number {
    const candidates = (this.#candidates ??= new Candidates()).load(logits, this.method);
    this.apply(candidates);
    const token = drawFrom(candidates, this.#draws, this.drawOptions.draw);
    this.accept(token);
    return token;
  }
}

/** A sampler's metadata and its rule. */
export interface SamplerDefinition<P extends z.ZodRawShape, S extends object, R extends PropertyKey> extends Omit<
  MethodInfo<'sampler', z.ZodObject<P>>,
  'kind'
> {
  /** What it remembers at first: plain data (numbers, arrays, maps), so that it can be copied. */
  readonly state?: (params: z.output<z.ZodObject<P>>) => S;
  /** Narrows or reweighs the candidates. `draws` are random numbers for the rule itself. */
  readonly apply: (candidates: Candidates, params: z.output<z.ZodObject<P>>, state: S, draws: Draws) => void;
  /** Changes the state for the token that was chosen. */
  readonly accept?: (token: number, params: z.output<z.ZodObject<P>>, state: S) => void;
  /** What of the state a sampler shows, read only. */
  readonly shows?: readonly R[];
}

/** The parameters of a sampler: its own, and those that all share. */
export type SamplerParams<P extends z.ZodRawShape> = z.ZodObject<P & typeof sharedParams>;

/**
 * Makes a sampler method from its rule. Checks, the draw, seeds, copies and starting over are the same for all samplers and
 * stand here; what it remembers is plain data that the rule is handed.
 *
 * @example
 * import { z } from 'zod';
 *
 * const gap = defineSampler({
 *   name: 'gap',
 *   summary: 'Keeps tokens that are near the most probable one.',
 *   params: z.object({ nats: z.number().min(0).default(2).describe('how far below the most probable one') }),
 *   apply: (candidates, { nats }) => candidates.keepAtLeast(candidates.max - nats),
 * });
 * console.log(gap({ nats: 0.5 }).sample([0, 3, 1])); // 1
 */
export function defineSampler<
  P extends z.ZodRawShape,
  S extends object = Record<never, never>,
  R extends PropertyKey = never,
>({
  state,
  apply,
  accept,
  shows,
  ...info
}: SamplerDefinition<P, S, R>): Method<'sampler', SamplerParams<P>, Sampler & Readonly<Pick<S, R & keyof S>>> {
  type Params = z.output<z.ZodObject<P>>;

  class MethodSampler extends BaseSampler {
    #state: S;
    #draws: Draws;

    constructor(readonly params: Params & DrawOptions) {
      super(info.name, params);
      this.#state = state ? state(params) : ({} as S);
      this.#draws = new Draws(new Random(params.seed ?? 0).split('rule'));
      shows?.forEach((name) =>
        Object.defineProperty(this, name, { get: () => this.#state[name as unknown as keyof S], enumerable: true }),
      );
    }

    protected narrow(candidates: Candidates) {
      apply(candidates, this.params, this.#state, this.#draws);
    }

    protected remember(token: number) {
      accept?.(token, this.params, this.#state);
    }

    protected forget() {
      this.#state = state ? state(this.params) : ({} as S);
      this.#draws = new Draws(this.#draws.random);
    }

    protected copy(stream?: number | string) {
      const copy = new MethodSampler(this.params);
      copy.#state = structuredClone(this.#state);
      copy.#draws = this.#draws.copy(stream);
      return copy as this;
    }
  }

  return defineMethod(
    { kind: 'sampler', ...info, params: info.params.extend(sharedParams) as unknown as SamplerParams<P> },
    (params) =>
      new MethodSampler(params as unknown as Params & DrawOptions) as unknown as Sampler &
        Readonly<Pick<S, R & keyof S>>,
  );
}
