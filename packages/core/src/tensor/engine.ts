import { backend, engine as tfjs, getBackend, ready, setBackend, version } from '@surprisal/kernels/tfjs';
import type { WasmPaths } from '@surprisal/kernels';
import { MissingDependencyError } from '../errors.js';
import { unknownName } from '../suggest.js';
import { findGpu } from './webgpu/gpu.js';
import { threadCount } from './threads.js';

/** The engines, best first. */
export const engineNames = ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type EngineName = (typeof engineNames)[number];

export interface EngineOptions {
  /** Where a page finds the files of the wasm engine: a folder, or the address of each file. Not needed in Node. */
  readonly wasmPaths?: WasmPaths;
  /**
   * How many threads the wasm engine computes on, 1 to 64; results do not depend on it. Default: what the variable
   * SURPRISAL_THREADS says, else the number of cores, 8 at most. A page that is not isolated from other origins runs on one.
   */
  readonly threads?: number;
}

/** Whether an engine works here; if not, why, and what to do. */
export interface EngineStatus {
  readonly name: EngineName;
  readonly works: boolean;
  readonly version?: string;
  /** The GPU, by its name. */
  readonly device?: string;
  /** True when the processor plays the GPU: right, but slow. `'auto'` passes it over. */
  readonly emulated?: boolean;
  /** How many threads it computes on, when that is for us to say. */
  readonly threads?: number;
  readonly problem?: string;
  readonly mend?: string;
}

interface Engine {
  /** What the engine is called in tfjs. */
  readonly backend: string;
  /** The package that brings it. */
  readonly package: string;
  readonly mend: string;
  /** What to do when the package is there, and fails with this message. */
  mendInstalled?(message: string): string | undefined;
  /** Loads it, and says what was loaded. */
  load(options: EngineOptions): Promise<Pick<EngineStatus, 'version' | 'device' | 'emulated'>>;
  /** What is left to do once it has started; gives what there is to say of it. */
  prepare?(options: EngineOptions): Promise<Pick<EngineStatus, 'threads'>>;
}

const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined;

const engines: Record<EngineName, Engine> = {
  'tensorflow-gpu': native('@tensorflow/tfjs-node-gpu', 'it needs CUDA 11.2 with cuDNN 8'),
  tensorflow: native('@tensorflow/tfjs-node', 'its install step downloads the TensorFlow library'),
  webgpu: {
    backend: 'webgpu',
    package: '@tensorflow/tfjs-backend-webgpu',
    mend: inNode
      ? 'npm install @tensorflow/tfjs-backend-webgpu webgpu, on a machine with a driver for Vulkan, Metal or D3D12'
      : 'use a browser with WebGPU, on a page served over https or from localhost',
    async load() {
      const { name, emulated } = await findGpu();
      await import('@tensorflow/tfjs-backend-webgpu');
      return { version: version['tfjs-core'], device: name, emulated };
    },
    async prepare() {
      (await import('./webgpu/index.js')).prepareWebgpu();
      return {};
    },
  },
  wasm: {
    backend: 'wasm',
    package: '@tensorflow/tfjs-backend-wasm',
    mend: 'install @tensorflow/tfjs-backend-wasm; in a page, pass wasmPaths',
    async load({ wasmPaths }) {
      const wasm = await import('@tensorflow/tfjs-backend-wasm');
      const { provideBinary } = await import('@surprisal/kernels');
      if (!tfjs().registry['wasm']) await provideBinary(wasm, wasmPaths); // findBackend would start it
      return { version: wasm.version_wasm };
    },
    async prepare({ threads }) {
      const { installKernels } = await import('@surprisal/kernels');
      return { threads: await installKernels(backend(), { threads: threadCount(threads) }) };
    },
  },
  cpu: {
    backend: 'cpu',
    package: '@tensorflow/tfjs',
    mend: 'install @tensorflow/tfjs',
    load: () => Promise.resolve({ version: version['tfjs-core'] }),
  },
};

/**
 * Chooses the engine that tensors are computed on: one by name, or with `'auto'` the best that works here.
 *
 * @returns the name of the engine in use
 * @throws MissingDependencyError when the named engine does not work here; UnknownNameError for a name that is none; DomainError
 *   for a number of threads that makes no sense
 *
 * @example
 * console.log(await useEngine('wasm')); // wasm
 */
export async function useEngine(name: EngineName | 'auto' = 'auto', options: EngineOptions = {}): Promise<EngineName> {
  threadCount(options.threads); // a bad count is an error of its own, not an engine that does not work
  if (name !== 'auto') {
    if (!(engineNames as readonly string[]).includes(name)) throw unknownName('engine', name, ['auto', ...engineNames]);
    const status = await start(name, options);
    if (status.works) return name;
    throw new MissingDependencyError(`engine ${name} does not work here: ${status.problem}; ${status.mend}`);
  }
  for (const candidate of engineNames) if (bestEngine([await start(candidate, options)])) return candidate;
  throw new MissingDependencyError('no engine works here: install @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm');
}

/** The engine that `'auto'` takes: the first that works, and on no emulated GPU. */
export const bestEngine = (statuses: readonly EngineStatus[]): EngineName | undefined =>
  statuses.find(({ works, emulated }) => works && !emulated)?.name;

/** The engine in use: the one that was chosen, or the one of tfjs's own choice when it is one of ours. */
export function currentEngine(): EngineName | undefined {
  if (chosen && engines[chosen].backend === getBackend()) return chosen;
  return engineNames.find((name) => engines[name].backend === getBackend());
}

let chosen: EngineName | undefined;

/** Whether values can be read at once on the engine in use. On a GPU they would have to be waited for. */
export const readsAtOnce = (): boolean => !['webgpu', 'webgl'].includes(getBackend());

/** Tries every engine and says which ones work; the one in use stays in use. */
export async function probeEngines(options: EngineOptions = {}): Promise<EngineStatus[]> {
  threadCount(options.threads);
  const before = currentEngine();
  const statuses: EngineStatus[] = [];
  for (const name of engineNames) statuses.push(await start(name, options));
  if (before) await start(before, options);
  return statuses;
}

async function start(name: EngineName, options: EngineOptions): Promise<EngineStatus> {
  const engine = engines[name];
  try {
    const loaded = await engine.load(options);
    if (!(await setBackend(engine.backend))) throw new Error(`tfjs could not start its "${engine.backend}" backend`);
    await ready();
    const prepared = await engine.prepare?.(options);
    chosen = name;
    (backend() as { firstUse?: boolean }).firstUse = false; // the cpu backend would greet on stdout
    return { name, works: true, ...loaded, ...prepared };
  } catch (error) {
    return { name, works: false, ...explain(engine, error) };
  }
}

/** Why an engine did not start, and what to do. A package may be there whose own dependency, addon or library is not. */
function explain(engine: Engine, error: unknown): Pick<EngineStatus, 'problem' | 'mend'> {
  const { code, message = String(error) } = error as { code?: string; message?: string };
  const line = message.split('\n')[0]!.replace(/[.\s]+$/, '');
  const missing =
    code === 'ERR_MODULE_NOT_FOUND' ||
    code === 'MODULE_NOT_FOUND' ||
    /Cannot find (module|package)|(Failed to|Could not) resolve/.test(line);
  if (!missing) return { problem: line, mend: engine.mendInstalled?.(line) ?? engine.mend };
  const name = /['"]([^'"]+)['"]/.exec(line)?.[1] ?? engine.package;
  const other = name.startsWith('@tensorflow/') && !engine.mend.includes(name); // of which a package forgets to say that it needs it
  return { problem: `${name} is not installed`, mend: other ? `npm install ${name}` : engine.mend };
}

/** TensorFlow's own library, through an addon that is loaded only when it is installed. */
function native(name: string, needs: string): Engine {
  return {
    backend: 'tensorflow',
    package: name,
    mend: `npm install ${name} (${needs})`,
    mendInstalled(message) {
      if (message.includes('copy of @tensorflow/tfjs')) return 'install both in the same version, and run npm dedupe';
      if (!/native addon|shared object|dlopen|image not found/i.test(message)) return undefined;
      return `npm rebuild ${name}, which downloads what is missing; where it cannot: "TensorFlow without its download" in docs/engines.md`;
    },
    async load() {
      if (!inNode) throw new Error('it runs in Node only');
      await restoreIsNullOrUndefined();
      refuseSecondCopy(name);
      process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1'; // or it would say on stderr which instructions the processor has
      const { version } = (await import(/* @vite-ignore */ name)) as { version: Record<string, string> };
      return { version: version['tfjs-node']! };
    },
    async prepare() {
      (await import('./tensorflow.js')).mendTensorflow();
      return {};
    },
  };
}

/** Two copies of tfjs share their engine: the second would put its own gradients in the place of those that are mended here. */
function refuseSecondCopy(name: string) {
  const { createRequire } = process.getBuiltinModule('node:module');
  const [ours, theirs] = [import.meta.url, createRequire(import.meta.url).resolve(name)].map((from) =>
    createRequire(from).resolve('@tensorflow/tfjs'),
  );
  if (ours !== theirs) throw new Error(`${name} brings a copy of @tensorflow/tfjs of its own, ${theirs}`);
}

/** tfjs-node calls a function that Node 23 took away. */
async function restoreIsNullOrUndefined() {
  const util = (await import(/* @vite-ignore */ 'node:' + 'util')) as {
    default: { isNullOrUndefined?: (value: unknown) => boolean };
  };
  util.default.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
