import {
  type KernelConfig,
  type KernelFunc,
  type NamedAttrMap,
  type TensorInfo,
  backend_util,
  getKernel,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs';

/** `Conv2DBackpropFilter` is missing in tfjs's wasm backend, so that no convolution can be trained. It is one product of patches and gradients. */
export function mendWasm(): void {
  if (mended) return;
  mended = true;
  replace('Conv2DBackpropFilter', conv2DBackpropFilter);
}

let mended = false;

function replace(kernelName: string, kernelFunc: KernelFunc) {
  const original = getKernel(kernelName, 'wasm') as KernelConfig | undefined;
  if (original) unregisterKernel(kernelName, 'wasm');
  const { setupFunc } = original ?? {}; // binds the original's function in the module when the backend starts
  registerKernel({ kernelName, backendName: 'wasm', kernelFunc, ...(setupFunc && { setupFunc }) });
}

type Params = Parameters<KernelFunc>[0];
interface Backend {
  disposeData(dataId: object): void;
}

/** Runs kernels of the wasm backend one after another and frees what they made in between. */
class Chain {
  readonly #made: TensorInfo[] = [];
  constructor(readonly backend: unknown) {}

  run(kernelName: string, inputs: Record<string, TensorInfo> | TensorInfo[], attrs: NamedAttrMap): TensorInfo {
    const result = getKernel(kernelName, 'wasm').kernelFunc({
      inputs: inputs as never,
      attrs,
      backend: this.backend as never,
    }) as TensorInfo;
    this.#made.push(result);
    return result;
  }

  /** The same numbers in another shape. */
  view(x: TensorInfo, shape: number[]): TensorInfo {
    return { ...x, shape };
  }

  /** Frees all but the result. */
  end(result: TensorInfo): TensorInfo {
    for (const { dataId } of this.#made) if (dataId !== result.dataId) (this.backend as Backend).disposeData(dataId);
    return result;
  }
}

/** The gradient of a convolution with respect to its filter: patches' [features, positions] times dy [positions, out]. */
const conv2DBackpropFilter: KernelFunc = ({ inputs, backend, attrs }: Params) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as unknown as {
    strides: number | [number, number];
    pad: never;
    dataFormat: string;
    dimRoundingMode: never;
    filterShape: [number, number, number, number];
  };
  if (dataFormat !== 'NHWC') throw new Error(`Conv2DBackpropFilter: data format must be NHWC, got ${dataFormat}`);
  const conv = backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { padInfo, batchSize, outHeight, outWidth, filterHeight, filterWidth, inChannels, outChannels } = conv;
  const [strideY, strideX] = [conv.strideHeight, conv.strideWidth];
  const [spanY, spanX] = [(outHeight - 1) * strideY + 1, (outWidth - 1) * strideX + 1];
  const chain = new Chain(backend);
  const padded = chain.run(
    'PadV2',
    { x },
    {
      paddings: [
        [0, 0],
        [padInfo.top, Math.max(padInfo.bottom, 0)],
        [padInfo.left, Math.max(padInfo.right, 0)],
        [0, 0],
      ],
      constantValue: 0,
    },
  );
  const taps: TensorInfo[] = [];
  for (let i = 0; i < filterHeight; i++) {
    for (let j = 0; j < filterWidth; j++) {
      taps.push(
        chain.run(
          'StridedSlice',
          { x: padded },
          {
            begin: [0, i, j, 0],
            end: [batchSize, i + spanY, j + spanX, inChannels],
            strides: [1, strideY, strideX, 1],
            beginMask: 0,
            endMask: 0,
            ellipsisMask: 0,
            newAxisMask: 0,
            shrinkAxisMask: 0,
          },
        ),
      );
    }
  }
  const patches = taps.length === 1 ? taps[0]! : chain.run('Concat', taps, { axis: 3 });
  const positions = batchSize * outHeight * outWidth;
  const features = filterHeight * filterWidth * inChannels;
  const product = chain.run(
    'BatchMatMul',
    { a: chain.view(patches, [1, positions, features]), b: chain.view(dy, [1, positions, outChannels]) },
    { transposeA: true, transposeB: false },
  );
  return { ...chain.end(product), shape: filterShape };
};
