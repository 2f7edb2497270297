import { type TensorInfo, backend_util, util } from '#tfjs';
import { type WindowInfo, withGeometry } from './geometry.js';
import type { Host } from './host.js';
import type { Inputs, Kernel } from './kernel.js';
import { type Activation, activate } from './matmul.js';

type Shape4D = [number, number, number, number];

/** What tfjs says of a window that slides over images. */
interface WindowAttributes {
  readonly strides: number | [number, number];
  readonly pad: number | 'valid' | 'same';
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type OfFilter = WindowAttributes & { readonly filterShape: Shape4D };
type OfInput = WindowAttributes & { readonly inputShape: Shape4D };

function windowOf(input: Shape4D, filter: Shape4D, attributes: WindowAttributes, depthwise = false) {
  const { strides, dilations = 1, pad, dimRoundingMode, dataFormat = 'NHWC' } = attributes;
  if (dataFormat !== 'NHWC') throw new Error(`gradient of conv2d: data format must be NHWC, got ${dataFormat}`);
  return backend_util.computeConv2DInfo(input, filter, strides, dilations, pad, dimRoundingMode, depthwise);
}

/** Multiplications that are worth a part of their own. */
const GRAIN = 500_000;

/** The parts of a sum over images, at most: many enough for many threads, and few enough for their memory. */
const PARTS = 16;
const PARTS_BYTES = 2 ** 24;

/** Positions of the window that are worth a product: small images are worked on together. */
const POSITIONS = 256;

/** Of the input and of the result, for a product of patches to be worth laying them out: less fill no tile of a product. */
const CHANNELS = 16;

const multiplications = (info: WindowInfo, channels: number) =>
  info.outHeight * info.outWidth * info.filterHeight * info.filterWidth * channels;

/** Runs what sums over images, a part of the images at a time, always the same parts; then the parts are added up. */
function sumOverImages(
  host: Host,
  { batchSize }: WindowInfo,
  size: number,
  run: (images: number, parts: number, out: number) => void,
  out: number,
): void {
  const most = Math.max(1, Math.min(PARTS, Math.floor(PARTS_BYTES / (4 * size))));
  const images = Math.max(1, Math.ceil(batchSize / most));
  const parts = Math.max(1, Math.ceil(batchSize / images));
  if (parts === 1) return run(images, 1, out);
  host.withScratch(parts * size * 4, (scratch) => {
    run(images, parts, scratch);
    host.run('sumColumns', Math.ceil(size / 16), 4096, scratch, parts, size, 1, out);
  });
}

/**
 * Where a convolution is computed here: with enough channels, and where windows leave gaps between them, which tfjs computes wrong when
 * the padding is 'same'. For the others tfjs's own is faster: XNNPACK goes over the image without laying out patches, on one thread.
 * The choice is by sizes alone, so that no result depends on the number of threads.
 */
function isOurs({ filter }: Inputs, { strides, dilations = 1, dataFormat = 'NHWC' }: WindowAttributes): boolean {
  if (dataFormat !== 'NHWC' || [dilations].flat().some((dilation) => dilation > 1)) return false;
  return Math.min(...filter!.shape.slice(2)) >= CHANNELS || leavesGaps(filter!, strides);
}

function leavesGaps({ shape: [height, width] }: TensorInfo, strides: WindowAttributes['strides']): boolean {
  const [down, across] = [strides, strides].flat() as [number, number];
  return down > height! || across > width!;
}

/** A convolution: at each position, what lies under the window times the filter [height, width, channels, units]. */
export const conv2D: Kernel = {
  name: 'Conv2D',
  takes: isOurs,
  run: (host, { x, filter }, attributes: WindowAttributes) => convolve(host, x!, filter!, attributes),
};

/** A layer: convolution, bias, activation. */
export const fusedConv2D: Kernel = {
  name: 'FusedConv2D',
  takes: isOurs,
  run: (host, { x, filter, bias, preluActivationWeights: slopes }, attributes: WindowAttributes & Activation) =>
    activate(host, convolve(host, x!, filter!, attributes), attributes, { bias, slopes }),
};

function convolve(host: Host, x: TensorInfo, filter: TensorInfo, attributes: WindowAttributes): TensorInfo {
  const info = windowOf(x.shape as Shape4D, filter.shape as Shape4D, attributes);
  const out = host.output(info.outShape);
  const [xAt, filterAt, outAt] = host.addresses(x, filter, out);
  withGeometry(host, info, (geometry) => {
    const units = host.compiled.convolutionBlocks(geometry);
    const work = info.batchSize * multiplications(info, info.inChannels * info.outChannels);
    const bytes = host.compiled.convolutionScratch(geometry);
    const grain = Math.ceil((GRAIN * units) / Math.max(1, work));
    host.runWithScratch('convolution', units, grain, bytes, xAt, filterAt, geometry, outAt);
  });
  return out;
}

/** The gradient of a convolution with respect to its filter. tfjs has none on wasm. */
export const conv2DBackpropFilter: Kernel = {
  name: 'Conv2DBackpropFilter',
  run(host, { x, dy }, attributes: OfFilter) {
    const info = windowOf(x!.shape as Shape4D, attributes.filterShape, attributes);
    const out = host.output(info.filterShape);
    const [xAt, dyAt, outAt] = host.addresses(x!, dy!, out);
    const work = multiplications(info, info.inChannels * info.outChannels);
    withGeometry(host, info, (geometry) => {
      const bytes = host.compiled.convolutionScratch(geometry);
      const run = (images: number, parts: number, to: number) => {
        const grain = Math.ceil(GRAIN / Math.max(1, work * images));
        host.runWithScratch('convolutionFilterGradient', parts, grain, bytes, xAt, dyAt, geometry, images, to);
      };
      sumOverImages(host, info, util.sizeFromShape(info.filterShape), run, outAt);
    });
    return out;
  },
};

/** The gradient of a convolution with respect to its input; the transposed convolution. */
export const conv2DBackpropInput: Kernel = {
  name: 'Conv2DBackpropInput',
  run(host, { dy, filter }, attributes: OfInput) {
    const info = windowOf(attributes.inputShape, filter!.shape as Shape4D, attributes);
    const out = host.output(info.inShape);
    const [dyAt, filterAt, outAt] = host.addresses(dy!, filter!, out);
    const images = Math.ceil(POSITIONS / Math.max(1, info.outHeight * info.outWidth));
    const work = images * multiplications(info, info.inChannels * info.outChannels);
    const [units, grain] = [Math.ceil(info.batchSize / images), Math.ceil(GRAIN / Math.max(1, work))];
    withGeometry(host, info, (geometry) => {
      const bytes = host.compiled.convolutionScratch(geometry);
      const args = [dyAt, filterAt, geometry, images, outAt];
      host.runWithScratch('convolutionInputGradient', units, grain, bytes, ...args);
    });
    return out;
  },
};

/**
 * With one filter a channel, and windows that are large; up to 3 x 3, XNNPACK on its one thread is about as fast. Or where windows leave gaps.
 */
function isWideAndSingle({ filter }: Inputs, { strides, dataFormat = 'NHWC' }: WindowAttributes): boolean {
  const [height, width, channels, each] = filter!.shape as Shape4D;
  return dataFormat === 'NHWC' && each === 1 && ((height * width > 9 && channels >= 8) || leavesGaps(filter!, strides));
}

/** A convolution of each channel on its own. */
export const depthwiseConv2D: Kernel = {
  name: 'DepthwiseConv2dNative',
  takes: isWideAndSingle,
  run: (host, { x, filter }, attributes: WindowAttributes) => convolveDepthwise(host, x!, filter!, attributes),
};

/** A layer: depthwise convolution, bias, activation. */
export const fusedDepthwiseConv2D: Kernel = {
  name: 'FusedDepthwiseConv2D',
  takes: isWideAndSingle,
  run: (host, { x, filter, bias, preluActivationWeights: slopes }, attributes: WindowAttributes & Activation) =>
    activate(host, convolveDepthwise(host, x!, filter!, attributes), attributes, { bias, slopes }),
};

function convolveDepthwise(
  host: Host,
  x: TensorInfo,
  filter: TensorInfo,
  { dilations, ...attributes }: WindowAttributes,
): TensorInfo {
  const window = { ...attributes, dilations: dilations ?? 1 };
  const info = windowOf(x.shape as Shape4D, filter.shape as Shape4D, window, true);
  const out = host.output(info.outShape);
  const [xAt, filterAt, outAt] = host.addresses(x, filter, out);
  const lines = info.batchSize * info.outHeight;
  const grain = Math.ceil((GRAIN * info.outHeight) / Math.max(1, 4 * multiplications(info, info.outChannels)));
  withGeometry(host, info, (geometry) => host.run('depthwise', lines, grain, xAt, filterAt, geometry, outAt));
  return out;
}

/** The gradients of the depthwise convolution; neither is in tfjs on wasm. */
export const depthwiseBackpropFilter: Kernel = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  run(host, { x, dy }, attributes: OfFilter) {
    const info = windowOf(x!.shape as Shape4D, attributes.filterShape, attributes, true);
    const out = host.output(info.filterShape);
    const [xAt, dyAt, outAt] = host.addresses(x!, dy!, out);
    const work = multiplications(info, info.outChannels);
    withGeometry(host, info, (geometry) => {
      const run = (images: number, parts: number, to: number) => {
        const grain = Math.ceil(GRAIN / Math.max(1, 8 * work * images));
        host.run('depthwiseFilterGradient', parts, grain, xAt, dyAt, geometry, images, to);
      };
      sumOverImages(host, info, util.sizeFromShape(info.filterShape), run, outAt);
    });
    return out;
  },
};

export const depthwiseBackpropInput: Kernel = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  run(host, { dy, filter }, attributes: OfInput) {
    const info = windowOf(attributes.inputShape, filter!.shape as Shape4D, attributes, true);
    const out = host.output(info.inShape);
    const [dyAt, filterAt, outAt] = host.addresses(dy!, filter!, out);
    const grain = Math.ceil(GRAIN / Math.max(1, 8 * multiplications(info, info.outChannels)));
    withGeometry(host, info, (geometry) =>
      host.run('depthwiseInputGradient', info.batchSize, grain, dyAt, filterAt, geometry, outAt),
    );
    return out;
  },
};
