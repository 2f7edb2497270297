import { util } from '#tfjs';
import type { Kernel } from './kernel.js';

/** Rows that are worth a part of their own: an exponential costs as much as a few sums. */
export const grainOf = (classes: number): number => Math.ceil(16_384 / Math.max(classes, 1));

/** Over the last axis; tfjs moves another one there first. */
const overRows = (name: string, compiled: 'softmax' | 'logSoftmax'): Kernel => ({
  name,
  takes: ({ logits }) => logits!.dtype === 'float32',
  run(host, { logits }) {
    const out = host.output(logits!.shape);
    const n = logits!.shape.at(-1) ?? 1;
    const rows = n === 0 ? 0 : util.sizeFromShape(logits!.shape) / n;
    const [from, to] = host.addresses(logits!, out);
    host.run(compiled, rows, grainOf(n), from, n, to);
    return out;
  },
});

export const softmax = overRows('Softmax', 'softmax');
export const logSoftmax = overRows('LogSoftmax', 'logSoftmax');
