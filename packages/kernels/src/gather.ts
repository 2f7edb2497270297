import { backend_util, util } from '#tfjs';
import type { Kernel } from './kernel.js';
import { bytesOf, isPlain } from './steps.js';

/** So many numbers are worth a part of their own. */
const GRAIN = 32_768;

interface GatherAttributes {
  readonly axis: number;
  readonly batchDims: number;
}

/** Rows by their indices, of every batch by its own. tfjs's own takes them by the indices of another batch, an element after the other. */
export const gather: Kernel = {
  name: 'GatherV2',
  takes: ({ x }) => isPlain(x!),
  run(host, { x, indices }, { axis, batchDims }: GatherAttributes) {
    const [along] = util.parseAxisParam(axis, x!.shape) as [number];
    const info = backend_util.segment_util.collectGatherOpShapeInfo(x as never, indices as never, along, batchDims);
    const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
    const count = util.sizeFromShape(indices!.shape);
    const [xAt, indicesAt] = host.addresses(x!, indices!);
    checkIndices(new Int32Array(host.compiled.memory.buffer, indicesAt, count), dimSize);
    const out = host.output(outputShape, x!.dtype);
    const row = [outerSize, dimSize, count / batchSize, sliceSize * bytesOf(x!)];
    const grain = Math.ceil(GRAIN / Math.max(sliceSize, 1));
    if (sliceSize > 0) host.run('gatherRows', outerSize * count, grain, xAt, indicesAt, ...row, host.address(out));
    return out;
  },
};

function checkIndices(indices: Int32Array, size: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index < 0 || index >= size) throw new Error(`gather: indices must be in [0, ${size - 1}], got ${index}`);
  }
}
