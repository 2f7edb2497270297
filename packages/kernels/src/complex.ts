import { type DataType, type TensorInfo, util } from '#tfjs';
import type { Host, WasmBackend } from './host.js';
import { type Kernel, runKernel } from './kernel.js';

/** Numbers of a tensor where they lie, until the memory grows. Complex ones lie as pairs, as tfjs shows them to the host. */
function numbers(host: Host, x: TensorInfo): Float32Array {
  const length = util.sizeFromShape(x.shape) * (x.dtype === 'complex64' ? 2 : 1);
  return new Float32Array(host.compiled.memory.buffer, host.address(x), length);
}

function fromParts(host: Host, shape: number[], re: TensorInfo, im: TensorInfo, imAt = 0): TensorInfo {
  const out = host.output(shape, 'complex64');
  const [pairs, left, right] = [numbers(host, out), numbers(host, re), numbers(host, im)];
  for (let i = 0; i < pairs.length / 2; i++) {
    pairs[2 * i] = left[i]!;
    pairs[2 * i + 1] = right[imAt + i]!;
  }
  return out;
}

/** Real or imaginary parts of pairs. */
function takeParts(pairs: Float32Array, which: 0 | 1, out: Float32Array, scale = 1): void {
  for (let i = 0; i < pairs.length / 2; i++) out[i] = pairs[2 * i + which]! * scale;
}

const part = (name: string, which: 0 | 1): Kernel => ({
  name,
  run(host, { input }) {
    const out = host.output(input!.shape);
    takeParts(numbers(host, input!), which, numbers(host, out));
    return out;
  },
});

/** Over the last axis; the inverse is divided by its length. */
const transform = (name: string, inverse: boolean): Kernel => ({
  name,
  run(host, { input }) {
    const [n, size] = [input!.shape.at(-1)!, util.sizeFromShape(input!.shape)];
    const x = host.output([2, n === 0 ? 0 : size / n, n]);
    const parts = numbers(host, x);
    takeParts(numbers(host, input!), 0, parts, inverse ? 1 / n : 1);
    takeParts(numbers(host, input!), 1, parts.subarray(size), inverse ? 1 / n : 1);
    const [y] = runKernel(host, 'SurprisalFourier', { x }, { inverse }) as unknown as [TensorInfo];
    const out = fromParts(host, input!.shape, y, y, size);
    [x, y].forEach((tensor) => host.dispose(tensor));
    return out;
  },
});

/**
 * Complex numbers, of which tfjs's wasm backend knows nothing. With these, `complex`, `real`, `imag`, `fft`, `ifft`, `rfft` and `irfft` of
 * tfjs work.
 */
export const complexKernels: readonly Kernel[] = [
  { name: 'Complex', run: (host, { real, imag }) => fromParts(host, real!.shape, real!, imag!) },
  part('Real', 0),
  part('Imag', 1),
  transform('FFT', false),
  transform('IFFT', true),
];

interface Reader {
  readSync(dataId: object, start?: number, end?: number): unknown;
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number; dtype: DataType; shape: number[] } };
  readonly wasm: { readonly HEAPU8: Uint8Array };
}

/** Lets the host read complex tensors, as pairs. */
export function readComplex(backend: WasmBackend): void {
  const reader = backend as unknown as Reader;
  const read = reader.readSync.bind(reader);
  reader.readSync = (dataId, start, end) => {
    const { memoryOffset, dtype, shape } = reader.dataIdMap.get(dataId);
    if (dtype !== 'complex64') return read(dataId, start, end);
    const bytes = reader.wasm.HEAPU8.slice(memoryOffset, memoryOffset + util.sizeFromShape(shape) * 8);
    return new Float32Array(bytes.buffer);
  };
}
