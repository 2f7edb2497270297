import { util } from '#tfjs';
import type { Kernel } from './kernel.js';
import type { Ranged } from './module.js';

/** So many numbers are worth a part of their own. */
const GRAIN = 16_384;

/** In assembly/scans.ts, the columns of a unit. */
const COLUMNS = 4;

interface ScanAttributes {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** Of the numbers up to each one along an axis, where they lie. Other types than float32 are left to tfjs. */
const scan = (name: string, compiled: Ranged): Kernel => ({
  name,
  takes: ({ x }) => x!.dtype === 'float32' && x!.shape.length > 0,
  run(host, { x }, { axis, exclusive, reverse }: ScanAttributes) {
    const [along] = util.parseAxisParam(axis, x!.shape) as [number];
    const [outer, n, inner] = [x!.shape.slice(0, along), x!.shape[along]!, x!.shape.slice(along + 1)].map((sizes) =>
      util.sizeFromShape([sizes].flat()),
    ) as [number, number, number];
    const out = host.output(x!.shape);
    const [from, to] = host.addresses(x!, out);
    const units = outer * Math.ceil(inner / COLUMNS);
    const grain = Math.ceil(GRAIN / Math.max(n, 1));
    host.run(compiled, units, grain, from, n, inner, Number(exclusive), Number(reverse), to);
    return out;
  },
});

export const scans: readonly Kernel[] = [scan('Cumsum', 'sumUpTo'), scan('Cumprod', 'productUpTo')];
