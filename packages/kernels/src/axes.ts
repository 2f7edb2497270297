import { util } from '#tfjs';
import type { Host } from './host.js';

/** The steps between neighbours along each axis of a tensor that lies row by row, in elements. */
export const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => util.sizeFromShape(shape.slice(axis + 1)));

/** Lends memory that holds whole numbers of 32 bits; none for none. */
export function withNumbers(host: Host, numbers: readonly number[], work: (address: number) => void): void {
  if (numbers.length === 0) return work(0);
  host.withScratch(numbers.length * 4, (address) => {
    new Int32Array(host.compiled.memory.buffer, address, numbers.length).set(numbers);
    work(address);
  });
}
