import type { backend_util } from '@tensorflow/tfjs';
import { withNumbers } from './axes.js';
import type { Host } from './host.js';

/** What tfjs works out of shapes, strides and padding. */
export type WindowInfo = backend_util.Conv2DInfo;

/** In the order of the fields of `Geometry` in assembly/geometry.ts. */
const fields = (info: WindowInfo): number[] => [
  ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
  ...[info.outHeight, info.outWidth, info.outChannels],
  ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
  ...[info.dilationHeight, info.dilationWidth, info.padInfo.top, info.padInfo.left],
];

/** Lends memory that holds a geometry. */
export function withGeometry(host: Host, info: WindowInfo, work: (geometry: number) => void): void {
  withNumbers(host, fields(info), work);
}
