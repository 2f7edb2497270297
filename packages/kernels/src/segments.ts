import { util } from '#tfjs';
import type { Kernel } from './kernel.js';

/** Rows summed by the segment they belong to; the gradient of `gather`, and so of embeddings. tfjs has none on wasm. */
export const unsortedSegmentSum: Kernel = {
  name: 'UnsortedSegmentSum',
  run(host, { x, segmentIds }, { numSegments }: { readonly numSegments: number }) {
    const [rows, ...rest] = x!.shape as [number, ...number[]];
    if (segmentIds!.shape.length !== 1 || segmentIds!.shape[0] !== rows) {
      throw new Error(`unsortedSegmentSum: segmentIds must be [${rows}], got [${segmentIds!.shape.join(', ')}]`);
    }
    if (x!.dtype !== 'float32' && x!.dtype !== 'int32') {
      throw new Error(`unsortedSegmentSum: x must be float32 or int32, got ${x!.dtype}; cast it first`);
    }
    const out = host.output([numSegments, ...rest], x!.dtype);
    const [xAt, idsAt, outAt] = host.addresses(x!, segmentIds!, out);
    host.compiled.segmentSum(xAt, idsAt, rows, util.sizeFromShape(rest), numSegments, outAt, x!.dtype === 'int32');
    return out;
  },
};
