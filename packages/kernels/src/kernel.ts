import {
  type KernelConfig,
  type KernelFunc,
  type TensorInfo,
  getKernel,
  registerKernel,
  unregisterKernel,
} from '#tfjs';
import type { Host } from './host.js';

/** A tfjs kernel on the wasm backend: inputs and attributes as tfjs gives them. */
export interface Kernel {
  readonly name: string;
  readonly run: (host: Host, inputs: Inputs, attributes: never) => TensorInfo | TensorInfo[];
  /** What it is for; the rest is left to tfjs's own kernel. All, when left out. */
  readonly takes?: (inputs: Inputs, attributes: never) => boolean;
}

/** Inputs by name; one that is optional may be missing. */
export type Inputs = Readonly<Record<string, TensorInfo>>;

/** tfjs's own kernels that stand behind ours. */
const replaced = new Map<string, KernelConfig>();

/** Puts a kernel where tfjs has its own, or none. */
export function register(host: Host, { name, run, takes }: Kernel): void {
  const own = replaced.get(name) ?? getKernel(name, 'wasm');
  if (own) {
    replaced.set(name, own);
    own.setupFunc?.(host.backend as never); // the backend may have been made anew since
  }
  if (getKernel(name, 'wasm')) unregisterKernel(name, 'wasm');
  const kernelFunc: KernelFunc = (parameters) => {
    const [inputs, attributes] = [parameters.inputs as Inputs, parameters.attrs as never];
    return own && takes?.(inputs, attributes) === false ? own.kernelFunc(parameters) : run(host, inputs, attributes);
  };
  registerKernel({ kernelName: name, backendName: 'wasm', kernelFunc });
}

/** Runs a kernel that is registered, tfjs's or ours. */
export function runKernel(host: Host, name: string, inputs: Inputs, attrs: object = {}): TensorInfo {
  const { kernelFunc } = getKernel(name, 'wasm');
  return kernelFunc({ inputs, attrs: attrs as never, backend: host.backend as never }) as TensorInfo;
}
