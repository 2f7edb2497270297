import type { WasmBackend } from './host.js';
import { withSharedMemory } from './shared-memory.js';

/**
 * Kernels that are run through `Host.run`, in parts: plain numbers, the last two of them the range [from, to) of units to work on.
 * Addresses come first, then sizes, then parameters.
 */
export type Ranged =
  | 'adamStep'
  | 'addBias'
  | 'addRowsTo'
  | 'clip'
  | 'convolution'
  | 'convolutionFilterGradient'
  | 'convolutionInputGradient'
  | 'copySteps'
  | 'depthwise'
  | 'depthwiseFilterGradient'
  | 'depthwiseInputGradient'
  | 'equal'
  | 'erf'
  | 'exp'
  | 'expm1'
  | 'fourierChirp'
  | 'fourierPower'
  | 'fourierShort'
  | 'gatherRows'
  | 'greater'
  | 'greaterEqual'
  | 'knownLosses'
  | 'leakyRelu'
  | 'log'
  | 'log1p'
  | 'logGaussianKernelSums'
  | 'logGaussianKernelSumsGradient'
  | 'logicalAnd'
  | 'logicalOr'
  | 'logitsToGradient'
  | 'logSoftmax'
  | 'logSumExpGradient'
  | 'logSumExpRows'
  | 'maxColumns'
  | 'maximum'
  | 'maxPoolGradient'
  | 'maxRows'
  | 'minColumns'
  | 'minimum'
  | 'minRows'
  | 'multiplyEach'
  | 'multiplyPacked'
  | 'notEqual'
  | 'packPanels'
  | 'productUpTo'
  | 'reciprocal'
  | 'rsqrt'
  | 'select'
  | 'selectTruths'
  | 'selu'
  | 'sgdStep'
  | 'sigmoid'
  | 'sign'
  | 'softmax'
  | 'softmaxCrossEntropy'
  | 'softmaxCrossEntropyGradient'
  | 'softmaxEntropyGradient'
  | 'softmaxEntropyRows'
  | 'softmaxJensenShannon'
  | 'softmaxJensenShannonGradient'
  | 'softmaxKullbackLeibler'
  | 'softmaxKullbackLeiblerGradient'
  | 'softplus'
  | 'sqrt'
  | 'squaredDifference'
  | 'squaredDistances'
  | 'squaredDistancesGradient'
  | 'sumColumns'
  | 'sumRows'
  | 'sumUpTo'
  | 'takeLogits'
  | 'tanh'
  | 'transposeMatrices'
  | 'wholeDifference'
  | 'wholeEqual'
  | 'wholeGreater'
  | 'wholeGreaterEqual'
  | 'wholeMaximum'
  | 'wholeMinimum'
  | 'wholeNotEqual'
  | 'wholeProduct'
  | 'wholeSum';

/** A kernel of which a part can be run. */
export type RangedKernel = (...args: number[]) => void;

/** What the compiled module exports. Addresses and sizes are whole numbers, matrices lie row by row. */
export interface Compiled extends Readonly<Record<Ranged, RangedKernel>> {
  readonly memory: WebAssembly.Memory;
  multiplyScratch(m: number, n: number, k: number): number;
  blockCount(m: number, n: number): number;
  blockDepth(k: number): number;
  packedBytes(count: number, width: number, depth: number): number;
  convolutionBlocks(geometry: number): number;
  convolutionScratch(geometry: number): number;
  segmentSum(
    ...args: [x: number, ids: number, rows: number, n: number, segments: number, out: number, whole: boolean]
  ): void;
}

/** The kernels as they are compiled, and as they work in a backend's memory. */
export interface CompiledModule {
  readonly module: WebAssembly.Module;
  readonly compiled: Compiled;
  /** Whether other threads can work in the same memory. */
  readonly shared: boolean;
}

/**
 * Compiles the kernels into the memory of a backend.
 *
 * @throws Error when this host runs no WebAssembly with SIMD, or the backend is not tfjs's wasm of version 4
 */
export async function compileInto(backend: WasmBackend): Promise<CompiledModule> {
  const memory = memoryOf(backend);
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  try {
    const { instance, module } = await WebAssembly.instantiate(await readBinary(shared), { env: { memory } });
    return { module, compiled: instance.exports as unknown as Compiled, shared };
  } catch (error) {
    throw new Error(
      `kernels: the compiled module cannot be loaded (${(error as Error).message}); use a host whose WebAssembly has SIMD, or the cpu engine`,
      { cause: error },
    );
  }
}

function memoryOf({ wasm }: WasmBackend): WebAssembly.Memory {
  const exported = [...Object.values(wasm?.asm ?? {}), ...Object.values(wasm ?? {})];
  const memory = exported.find((value) => value instanceof WebAssembly.Memory);
  if (memory) return memory;
  throw new Error('kernels: backend must be the wasm backend of TensorFlow.js 4, got one without a memory');
}

/** The kernels in the variant that this host runs fastest, for a memory of its own or one that threads share. */
export async function readBinary(shared: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const { plain, relaxed } = await import('#binary');
  const fusing = await inflate(relaxed);
  const binary = WebAssembly.validate(fusing) ? fusing : await inflate(plain);
  return shared ? withSharedMemory(binary) : binary;
}

async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
