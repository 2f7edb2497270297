import type { backend_util } from '@tensorflow/tfjs';
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

/** Lends memory that holds a geometry, and after it as much as a kernel asks for to work in. */
export function withGeometry(
  host: Host,
  info: WindowInfo,
  work: (geometry: number, scratch: number) => void,
  scratchBytes: (geometry: number) => number = () => 0,
): void {
  const values = fields(info);
  host.withScratch(values.length * 4, (geometry) => {
    new Int32Array(host.compiled.memory.buffer, geometry, values.length).set(values);
    host.withScratch(scratchBytes(geometry), (scratch) => work(geometry, scratch));
  });
}
