import { messageOf } from '../exit.js';
import type { Pair } from './pair.js';

/** What a divergence gave: a number per row, or why it gave none. */
export type Measured = { readonly values: readonly number[]; readonly unit: string } | { readonly problem: string };

/** What all kinds of divergences say of themselves. */
interface Described {
  readonly method: string;
  readonly unit: string;
}

/** Asks a divergence. One that refuses the files, or fails, does not keep others from an answer. */
export async function measure(pair: Pair, instance: unknown, bits: boolean): Promise<Measured> {
  const { method, unit } = instance as Described;
  try {
    const values = Array.from(await pair.values(instance));
    const odd = values.findIndex(Number.isNaN);
    if (odd >= 0) return { problem: `it is not a number${pair.rows === undefined ? '' : ` in row ${odd + 1}`}` };
    return bits && unit === 'nats'
      ? { values: values.map((value) => value / Math.LN2), unit: 'bits' }
      : { values, unit };
  } catch (error) {
    return { problem: messageOf(error).replace(`${method}: `, '') };
  }
}
