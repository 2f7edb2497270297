import { type KernelFunc, type TensorInfo, engine, findBackend, getKernel, registerKernel, unregisterKernel } from '@surprisal/kernels/tfjs'; // prettier-ignore

/** Convolutions by depth, which TensorFlow refuses to compute on the processor with dilations, or with strides that differ. */
const byDepth = ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', 'FusedDepthwiseConv2D']; // prettier-ignore

type Sizes = number | readonly [number, number] | null;

function isRefused({ strides, dilations }: { strides?: Sizes; dilations?: Sizes }): boolean {
  const [down, across] = [strides ?? 1].flat() as [number, number?];
  return down !== (across ?? down) || [dilations ?? 1].flat().some((size) => size !== 1);
}

let mended = false;

/** Has tfjs's cpu backend compute what TensorFlow refuses, and counts a negative axis from the end where tfjs-node does not. */
export function mendTensorflow(): void {
  if (mended) return;
  mended = true;
  for (const name of byDepth) {
    const onCpu = getKernel(name, 'cpu').kernelFunc;
    replace(name, (own) => (given) => {
      if (!isRefused(given.attrs as object)) return own(given);
      const cpu = findBackend('cpu'); // it fetches its inputs, and tfjs fetches what it computes
      return engine().makeTensorFromTensorInfo(onCpu({ ...given, backend: cpu }) as TensorInfo, cpu);
    });
  }
  replace('GatherV2', (own) => (given) => {
    const { axis } = given.attrs as { axis: number };
    const rank = (given.inputs as { x: TensorInfo }).x.shape.length;
    return own({ ...given, attrs: { ...given.attrs, axis: axis < 0 ? axis + rank : axis } });
  });
}

function replace(kernelName: string, by: (own: KernelFunc) => KernelFunc) {
  const kernel = getKernel(kernelName, 'tensorflow');
  unregisterKernel(kernelName, 'tensorflow');
  registerKernel({ ...kernel, kernelFunc: by(kernel.kernelFunc) });
}
