/** A straight scale from numbers to pixels, with round numbers to mark on it. */
export interface Scale {
  readonly ticks: readonly number[];
  /** Where a number lies; what is outside lies at the end. */
  at(value: number): number;
}

/**
 * A scale over all of [low, high], widened to round numbers.
 *
 * @param pixels where the low and the high end lie
 */
export function scale(low: number, high: number, pixels: readonly [number, number]): Scale {
  const ticks = roundTicks(low, high);
  const [first, last] = [ticks[0]!, ticks.at(-1)!];
  const [from, to] = pixels;
  return {
    ticks,
    at: (value) => from + ((Math.min(last, Math.max(first, value)) - first) / (last - first)) * (to - from),
  };
}

/** About four steps of 1, 2, 2.5 or 5 times a power of ten. */
function roundTicks(low: number, high: number): number[] {
  const raw = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const size = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999)! * power;
  const first = Math.floor(low / size + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / size - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * size);
}

/** A number in at most three digits: `0.693`, `58.6`, `15`. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));
