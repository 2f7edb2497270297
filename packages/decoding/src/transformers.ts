import { DomainError, ShapeError } from '@surprisal/core';
import type { LogitsProcessorList, Tensor } from '@huggingface/transformers';
import { Candidates } from './candidates.js';
import { chain } from './chain.js';
import { epsilon } from './epsilon.js';
import { eta } from './eta.js';
import { minP } from './min-p.js';
import type { Sampler } from './sampler.js';
import { topK } from './top-k.js';
import { topP } from './top-p.js';
import { typical } from './typical.js';

/** How a sampler stands in the generation of transformers.js. */
export interface ProcessorOptions {
  /**
   * Who draws. `'transformers'` (default): the sampler removes and reweighs tokens, and transformers.js draws from what is left (with
   * `do_sample: true`; its own top_k, 50 unless set, comes after). `'sampler'`: the sampler draws, with its own seed, and leaves that token
   * alone, so that it does not matter how transformers.js chooses.
   */
  readonly draw?: 'transformers' | 'sampler';
  /** A token that pads prompts of a batch on the left: the sampler is not told of it there. */
  readonly pad?: number;
}

/**
 * A sampler, or chain of samplers, as the `logits_processor` of transformers.js: `model.generate({ ..., logits_processor })`. It comes after
 * the processors that transformers.js makes of the generation config, its temperature included.
 *
 * Every row of a batch has a copy of the sampler with random numbers of its own, which is told the row's prompt and every token as it comes. The
 * list may be used again: the next generation begins from the sampler as it was handed over, with other random numbers.
 *
 * Nothing of transformers.js is loaded here: the list works with any copy of it, of versions 3 and 4.
 *
 * @throws ShapeError when logits have not one row per sequence
 *
 * @example
 * import { samplerProcessor } from '@surprisal/decoding/transformers';
 *
 * const logits_processor = samplerProcessor(mirostat({ preset: 'llama-v2', seed: 1 }), { draw: 'sampler' });
 * // await model.generate({ ...inputs, max_new_tokens: 100, logits_processor });
 * console.log(logits_processor.processors.length); // 1
 */
export const samplerProcessor = (sampler: Sampler, options: ProcessorOptions = {}): LogitsProcessorList =>
  processorList([new SamplerProcessor(sampler, options)]);

/** What of a generation config {@link processorsFrom} honours; what is absent or null is off. */
export interface TruncationConfig {
  readonly do_sample?: boolean | null;
  readonly top_k?: number | null;
  readonly top_p?: number | null;
  readonly min_p?: number | null;
  readonly typical_p?: number | null;
  readonly epsilon_cutoff?: number | null;
  readonly eta_cutoff?: number | null;
}

/**
 * The truncations of a generation config that transformers.js reads and does not apply (`top_p`, `typical_p`), or does not know (`min_p`,
 * `epsilon_cutoff`, `eta_cutoff`), in the order of transformers: top_k, top_p, min_p, typical_p, epsilon_cutoff, eta_cutoff. top_k, which it does
 * apply, is among them as it must come first. With `do_sample: false` there are none, as in transformers.
 *
 * @throws DomainError when a value is out of range
 *
 * @example
 * import { processorsFrom } from '@surprisal/decoding/transformers';
 *
 * const logits_processor = processorsFrom({ do_sample: true, top_p: 0.9, min_p: 0.05 });
 * // await model.generate({ ...inputs, do_sample: true, logits_processor });
 * console.log(logits_processor.processors.length); // 1
 */
export function processorsFrom(config: TruncationConfig, options: ProcessorOptions = {}): LogitsProcessorList {
  const links = config.do_sample === false ? [] : truncations(config);
  return processorList(links.length === 0 ? [] : [new SamplerProcessor(chain(links), options)]);
}

const semantics = 'transformers';

function truncations({ top_k, top_p, min_p, typical_p, epsilon_cutoff, eta_cutoff }: TruncationConfig): Sampler[] {
  const links: Sampler[] = [];
  if (top_k) links.push(topK({ k: top_k, semantics }));
  if (isOn('top_p', top_p, 1)) links.push(topP({ p: top_p }));
  if (min_p) links.push(minP({ m: min_p }));
  if (isOn('typical_p', typical_p, 1)) links.push(typical({ tau: typical_p, semantics }));
  if (epsilon_cutoff) links.push(epsilon({ epsilon: epsilon_cutoff }));
  if (eta_cutoff) links.push(eta({ epsilon: eta_cutoff }));
  return links;
}

/** Whether a mass truncates. transformers refuses 0, llama.cpp takes it for one token: so do we. */
function isOn(name: string, mass: number | null | undefined, off: number): mass is number {
  if (mass === undefined || mass === null || mass === off) return false;
  if (mass >= 0 && mass < off) return true;
  throw new DomainError(`processorsFrom: ${name} must be from 0 to ${off}, got ${mass}`);
}

/** What transformers.js calls at every step: `[batch][length]` tokens, `[batch, V]` logits, which are changed in place. */
type Processor = (inputIds: bigint[][], logits: Tensor) => Tensor;

/** A list that transformers.js takes for its own: it calls the list, spreads it, or adds to it. */
function processorList(own: readonly SamplerProcessor[]): LogitsProcessorList {
  const processors: Processor[] = own.map((processor) => (inputIds, logits) => processor.call(inputIds, logits));
  const call = (inputIds: bigint[][], logits: Tensor) =>
    processors.reduce((scores, processor) => processor(inputIds, scores), logits);
  return Object.assign(call, {
    processors,
    _call: call,
    push: (item: Processor) => void processors.push(item),
    extend: (items: Iterable<Processor>) => void processors.push(...items),
    [Symbol.iterator]: () => processors.values(),
  }) as unknown as LogitsProcessorList;
}

/** A sequence so far, and the sampler that was told of it. */
interface Row {
  readonly tokens: readonly bigint[];
  readonly sampler: Sampler;
  /** The token that the sampler drew, and was told of, to come next. */
  drawn?: number;
}

/** Whether a sequence is the row with one token more; where one was drawn, with that one. */
const goesOn = ({ tokens, drawn }: Row, ids: readonly bigint[]): boolean =>
  ids.length === tokens.length + 1 &&
  (drawn === undefined || Number(ids.at(-1)) === drawn) &&
  tokens.every((token, i) => token === ids[i]);

/** A sampler for each row, which follows the tokens that the row is given. */
class SamplerProcessor {
  #rows: readonly Row[] = [];
  #generation = 0;
  readonly #candidates = new Candidates();

  constructor(
    readonly sampler: Sampler,
    readonly options: ProcessorOptions,
  ) {}

  call(inputIds: bigint[][], logits: Tensor): Tensor {
    const vocabulary = logits.dims.at(-1)!;
    const data = logits.data as Float32Array;
    if (data.length !== inputIds.length * vocabulary) {
      throw new ShapeError(
        `samplerProcessor: logits must be [${inputIds.length}, V], one row per sequence, got [${logits.dims.join(', ')}]`,
      );
    }
    this.#rows = this.#follow(inputIds);
    this.#rows.forEach((row, b) => this.#process(row, data.subarray(b * vocabulary, (b + 1) * vocabulary)));
    return logits;
  }

  /** The rows one token on. A row that goes on from none begins anew; when several go on from one, all but the first get copies. */
  #follow(inputIds: bigint[][]): readonly Row[] {
    const before = this.#rows;
    const parents = inputIds.map((ids, b) => [before[b], ...before].find((row) => row && goesOn(row, ids)));
    if (before.length > 0 && parents.includes(undefined)) this.#generation++;
    const samplers = parents.map((parent, b) =>
      parents.indexOf(parent) === b ? parent?.sampler : parent?.sampler.clone(b),
    );
    return inputIds.map((ids, b) => {
      const sampler = samplers[b] ?? this.#begin(ids, b);
      if (parents[b] && parents[b].drawn === undefined) sampler.accept(Number(ids.at(-1)));
      return { tokens: ids.slice(), sampler }; // a copy: transformers.js adds to its own
    });
  }

  /** A copy of the sampler for a row, told its tokens. The first row of the first generation draws as the sampler itself would. */
  #begin(ids: readonly bigint[], b: number): Sampler {
    const first = this.#generation === 0 && b === 0;
    const sampler = first ? this.sampler.clone() : this.sampler.clone(`${this.#generation}/${b}`);
    const start = ids.findIndex((id) => Number(id) !== this.options.pad);
    for (const id of start < 0 ? [] : ids.slice(start)) sampler.accept(Number(id));
    return sampler;
  }

  #process(row: Row, logits: Float32Array): void {
    const { sampler } = row;
    if (this.options.draw === 'sampler') {
      row.drawn = sampler.sample(logits);
      logits.fill(-Infinity);
      logits[row.drawn] = 0;
      return;
    }
    const candidates = this.#candidates.load(logits, sampler.method);
    sampler.apply(candidates);
    logits.fill(-Infinity);
    for (let i = 0; i < candidates.count; i++) logits[candidates.ids[i]!] = candidates.logits[i]!;
  }
}
