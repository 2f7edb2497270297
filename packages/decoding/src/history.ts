import { z } from 'zod';

/** The parameter for how many of the last tokens count. */
export const lastNParam = z
  .number()
  .int()
  .min(-1)
  .meta({ upTo: 256 })
  .describe('how many of the last tokens count; 0: none, -1: all');

/** Appends a token, and drops the oldest where more than `lastN` (-1: any number) are remembered: that one, or undefined. */
export function append(history: number[], token: number, lastN: number): number | undefined {
  history.push(token);
  return lastN >= 0 && history.length > lastN ? history.shift() : undefined;
}
