import type { EngineName, EngineStatus } from '@surprisal/core/tensor';
import { byId, el } from '../dom.js';
import { control } from './controls.js';

/** The engines that there are in pages. */
const pageEngines = ['wasm', 'webgpu', 'cpu'] as const satisfies readonly EngineName[];
export type PageEngine = (typeof pageEngines)[number];

/** What a lab is to compute on. */
export interface EngineWish {
  readonly engine: PageEngine;
  /** Of the wasm engine. */
  readonly threads: number;
}

/** What the worker of a lab found out about engines. */
export interface EnginesFound {
  readonly type: 'engines';
  readonly statuses: readonly EngineStatus[];
}

const about: Record<PageEngine, (status: EngineStatus) => string> = {
  wasm: ({ threads = 1 }) => `SIMD kernels in WebAssembly, on ${threads === 1 ? 'one thread' : `${threads} threads`}`,
  webgpu: ({ device, emulated }) => `${device}${emulated ? ', a GPU that the processor plays: right, but slow' : ''}`,
  cpu: () => 'plain JavaScript, slow: for comparisons',
};

/** The engine that a lab computes on, as the visitor chose it; remembered in this browser, for all labs. */
export class EngineChoice {
  #wish = remembered();
  #statuses: readonly EngineStatus[] = [];
  readonly #menu: HTMLSelectElement;
  readonly #threads: HTMLElement;

  /** @param changed another engine is to be used */
  constructor(private readonly changed: (wish: EngineWish) => void) {
    const options = pageEngines.map((name) => el('option', { value: name }, name));
    this.#menu = el('select', { id: 'engine-name', 'aria-describedby': 'engine' }, ...options);
    this.#menu.addEventListener('change', () => this.#change({ engine: this.#menu.value as PageEngine }));
    this.#threads = threadsControl(this.#wish.threads, (threads) => this.#change({ threads }));
    const label = el('label', { for: 'engine-name' }, 'engine');
    byId('engine-choice').replaceChildren(el('div', { class: 'control' }, label, this.#menu), this.#threads);
    this.#show();
  }

  /** What was chosen; wasm where that does not work. */
  get wish(): EngineWish {
    return this.#statusOf(this.#wish.engine)?.works === false ? { ...this.#wish, engine: 'wasm' } : this.#wish;
  }

  found({ statuses }: Pick<EnginesFound, 'statuses'>): void {
    this.#statuses = statuses;
    this.#show();
    byId('engine').textContent = [this.#chosen(), ...this.#other(), ...this.#missing()].join(' ');
    document.body.dataset.engine = this.wish.engine;
  }

  #change(part: Partial<EngineWish>): void {
    this.#wish = { ...this.wish, ...part };
    remember(this.#wish);
    this.#show();
    this.changed(this.#wish);
  }

  #show(): void {
    const { engine } = this.wish;
    for (const option of this.#menu.options)
      option.disabled = this.#statusOf(option.value as PageEngine)?.works === false;
    this.#menu.value = engine;
    this.#threads.hidden = engine !== 'wasm' || !crossOriginIsolated; // on one thread there is nothing to choose
  }

  #chosen(): string {
    const { engine } = this.wish;
    return `Engine: ${engine}. It is ${about[engine](this.#statusOf(engine)!)}.`;
  }

  /** Why the GPU is not what a lab begins with, where there is one. */
  #other(): string[] {
    const { works, emulated } = this.#statusOf('webgpu')!;
    if (this.wish.engine === 'webgpu' || !works) return [];
    const why = emulated ? 'but the processor plays it' : 'and pays for large batches, not for small digits';
    return [`webgpu works here too, ${why}.`];
  }

  /** A line for each engine that does not work here. */
  #missing(): string[] {
    return pageEngines.flatMap((name) => {
      const { works, problem, mend } = this.#statusOf(name)!;
      return works ? [] : [`${name} does not work here: ${problem}; ${mend}.`];
    });
  }

  #statusOf(name: PageEngine): EngineStatus | undefined {
    return this.#statuses.find((status) => status.name === name);
  }
}

const KEY = 'surprisal.engine';
const cores = Math.max(1, Math.min(navigator.hardwareConcurrency, 64));

function threadsControl(initial: number, change: (threads: number) => void): HTMLElement {
  const description = 'of the wasm engine; results do not depend on it';
  const param = {
    name: 'threads',
    type: 'integer',
    minimum: 1,
    maximum: cores,
    default: initial,
    description,
  } as const;
  return control('engine-threads', param, initial, (value) => change(Number(value)));
}

/** The wish of the last visit; every core, 8 at most, at the first one. */
function remembered(): EngineWish {
  const { engine, threads } = stored();
  const known = pageEngines.find((name) => name === engine);
  const counted = Number.isInteger(threads) && threads! >= 1 && threads! <= cores;
  return { engine: known ?? 'wasm', threads: counted ? threads! : Math.min(cores, 8) };
}

function stored(): Partial<EngineWish> {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? 'null') ?? {}) as Partial<EngineWish>;
  } catch {
    return {}; // nothing may be kept here, or somebody else's words are
  }
}

function remember(wish: EngineWish): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(wish));
  } catch {
    // a browser that keeps nothing forgets this as well
  }
}
