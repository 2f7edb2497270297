import { backend } from '@surprisal/kernels/tfjs';
import { DomainError } from '../../errors.js';

type Values = ArrayLike<number>;

/** As much of tfjs's webgpu backend as reading takes. */
interface Readable {
  read(id: object): Promise<Values>;
  readSync(id: object): Values;
  readonly tensorMap: { get(id: object): { readonly values?: Values | null } };
  readonly device: {
    addEventListener(type: 'uncapturederror', listen: (event: { error: { message: string } }) => void): void;
  };
}

const explained = new WeakSet<object>();

/** Makes an error in words of two things that tfjs passes over when values are read. */
export function explainReading(): void {
  const gpu = backend() as unknown as Readable;
  if (explained.has(gpu)) return;
  explained.add(gpu);
  if (!('OffscreenCanvas' in globalThis)) refuseReadingAtOnce(gpu);
  refuseWhatFailed(gpu);
}

/** In Node a GPU cannot be waited for. What tfjs would answer is that OffscreenCanvas is not defined; this says what to do. */
function refuseReadingAtOnce(gpu: Readable): void {
  gpu.readSync = (id) => {
    const { values } = gpu.tensorMap.get(id);
    if (values) return values; // known from before
    throw new DomainError(
      'engine webgpu: values on a GPU cannot be read at once in Node; use await tensor.data(), or another engine',
    );
  };
}

/** A GPU that refuses a program, or has no memory left, says so to the console alone, and what is read then is anything. */
function refuseWhatFailed(gpu: Readable): void {
  let failure: string | undefined;
  gpu.device.addEventListener('uncapturederror', ({ error }) => {
    failure ??= error.message.split('\n')[0];
  });
  const read = gpu.read.bind(gpu);
  gpu.read = async (id) => {
    const values = await read(id);
    if (failure === undefined) return values;
    const message = failure;
    failure = undefined;
    throw new Error(`engine webgpu: the GPU refused a program: ${message}`);
  };
}
