import { backend_util, util } from '#tfjs';
import { type Kernel, runKernel } from './kernel.js';

interface GatherAttributes {
  readonly axis: number;
  readonly batchDims: number;
}

/** Rows of every batch by indices of its own, as rows of one table. tfjs's own takes them by the indices of another batch. */
export const gather: Kernel = {
  name: 'GatherV2',
  takes: ({ indices }, { batchDims }: GatherAttributes) => util.sizeFromShape(indices!.shape.slice(0, batchDims)) > 1,
  run(host, { x, indices }, { axis, batchDims }: GatherAttributes) {
    const [along] = util.parseAxisParam(axis, x!.shape) as [number];
    const info = backend_util.segment_util.collectGatherOpShapeInfo(x as never, indices as never, along, batchDims);
    const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
    const taken = util.sizeFromShape(indices!.shape) / batchSize;
    const places = host.output([batchSize * outerSize * taken], 'int32');
    const numbers = (of: typeof places) => {
      return new Int32Array(host.compiled.memory.buffer, host.address(of), util.sizeFromShape(of.shape));
    };
    const [from, to] = [numbers(indices!), numbers(places)];
    for (let row = 0, at = 0; row < batchSize * outerSize; row++) {
      const first = Math.floor(row / outerSize) * taken;
      for (let i = first; i < first + taken; i++) to[at++] = row * dimSize + within(from[i]!, dimSize);
    }
    const table = host.view(x!, [batchSize * outerSize * dimSize, sliceSize]);
    const rows = runKernel(host, 'GatherV2', { x: table, indices: places }, { axis: 0, batchDims: 0 });
    const out = host.view(rows, outputShape);
    for (const used of [places, table, rows]) host.dispose(used);
    return out;
  },
};

function within(index: number, size: number): number {
  if (index >= 0 && index < size) return index;
  throw new Error(`gather: indices must be in [0, ${size - 1}], got ${index}`);
}
