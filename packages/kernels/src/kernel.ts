import { type KernelFunc, type TensorInfo, getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs';
import type { Host } from './host.js';

/** A tfjs kernel on the wasm backend: inputs and attributes as tfjs gives them. */
export interface Kernel {
  readonly name: string;
  readonly run: (host: Host, inputs: Inputs, attributes: never) => TensorInfo | TensorInfo[];
}

/** Inputs by name; one that is optional may be missing. */
export type Inputs = Readonly<Record<string, TensorInfo>>;

/** Puts a kernel where tfjs has its own, or none. */
export function register(host: Host, { name, run }: Kernel): void {
  if (getKernel(name, 'wasm')) unregisterKernel(name, 'wasm');
  const kernelFunc: KernelFunc = ({ inputs, attrs }) => run(host, inputs as Inputs, attrs as never);
  registerKernel({ kernelName: name, backendName: 'wasm', kernelFunc });
}

/** Runs a kernel that is registered, tfjs's or ours. */
export function runKernel(host: Host, name: string, inputs: Inputs, attrs: object = {}): TensorInfo {
  const { kernelFunc } = getKernel(name, 'wasm');
  return kernelFunc({ inputs, attrs: attrs as never, backend: host.backend as never }) as TensorInfo;
}
