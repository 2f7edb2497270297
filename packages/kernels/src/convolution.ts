import { backend_util } from '#tfjs';
import { withGeometry } from './geometry.js';
import type { Kernel } from './kernel.js';

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

/** The gradient of a convolution with respect to its filter. tfjs has none on wasm. */
export const conv2DBackpropFilter: Kernel = {
  name: 'Conv2DBackpropFilter',
  run(host, { x, dy }, attributes: OfFilter) {
    const { compiled } = host;
    const info = windowOf(x!.shape as Shape4D, attributes.filterShape, attributes);
    const out = host.output(info.filterShape);
    const [xAt, dyAt, outAt] = host.addresses(x!, dy!, out);
    withGeometry(
      host,
      info,
      (geometry, scratch) => compiled.convolutionFilterGradient(xAt, dyAt, geometry, outAt, scratch),
      compiled.convolutionScratch,
    );
    return out;
  },
};

/** The gradient of a convolution with respect to its input; the transposed convolution. */
export const conv2DBackpropInput: Kernel = {
  name: 'Conv2DBackpropInput',
  run(host, { dy, filter }, attributes: OfInput) {
    const { compiled } = host;
    const info = windowOf(attributes.inputShape, filter!.shape as Shape4D, attributes);
    const out = host.output(info.inShape);
    const [dyAt, filterAt, outAt] = host.addresses(dy!, filter!, out);
    withGeometry(
      host,
      info,
      (geometry, scratch) => compiled.convolutionInputGradient(dyAt, filterAt, geometry, outAt, scratch),
      compiled.convolutionScratch,
    );
    return out;
  },
};

/** The same for the depthwise convolution; neither is in tfjs on wasm. */
export const depthwiseBackpropFilter: Kernel = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  run(host, { x, dy }, attributes: OfFilter) {
    const info = windowOf(x!.shape as Shape4D, attributes.filterShape, attributes, true);
    const out = host.output(info.filterShape);
    const [xAt, dyAt, outAt] = host.addresses(x!, dy!, out);
    withGeometry(host, info, (geometry) => host.compiled.depthwiseFilterGradient(xAt, dyAt, geometry, outAt));
    return out;
  },
};

export const depthwiseBackpropInput: Kernel = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  run(host, { dy, filter }, attributes: OfInput) {
    const info = windowOf(attributes.inputShape, filter!.shape as Shape4D, attributes, true);
    const out = host.output(info.inShape);
    const [dyAt, filterAt, outAt] = host.addresses(dy!, filter!, out);
    withGeometry(host, info, (geometry) => host.compiled.depthwiseInputGradient(dyAt, filterAt, geometry, outAt));
    return out;
  },
};
