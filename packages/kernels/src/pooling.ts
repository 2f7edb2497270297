import { backend_util, util } from '#tfjs';
import { withGeometry } from './geometry.js';
import type { Kernel } from './kernel.js';

/** Comparisons that are worth a part of their own. */
const GRAIN = 65_536;

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: number | 'valid' | 'same';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The gradient of max pooling: to the first of the largest numbers under each window. */
export const maxPoolGrad: Kernel = {
  name: 'MaxPoolGrad',
  run(host, { dy, input }, { filterSize, strides, pad, dimRoundingMode }: PoolAttributes) {
    const shape = input!.shape as [number, number, number, number];
    const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const out = host.output(shape);
    const [xAt, dyAt, outAt] = host.addresses(input!, dy!, out);
    const grain = Math.ceil(
      GRAIN / Math.max(1, info.filterHeight * info.filterWidth * util.sizeFromShape(dy!.shape.slice(1))),
    );
    withGeometry(host, info, (geometry) =>
      host.run('maxPoolGradient', info.batchSize, grain, xAt, dyAt, geometry, outAt),
    );
    return out;
  },
};
