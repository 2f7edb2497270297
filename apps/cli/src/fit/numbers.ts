/** A number as people read it: four digits, with a power of ten where it is large or small. */
export function showNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? 'infinite' : '-infinite';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(digits - 1).replace('e+', 'e');
  const decimals = size === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals);
}

const SUFFIXES = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
] as const;

/** A count of parameters or tokens in the words of the field: `72.2B`; anything else as {@link showNumber}. */
export function showAmount(value: number, unit: string): string {
  const found = SUFFIXES.find(([size]) => value >= 0.9995 * size && value < 1e15);
  if (!found || !/^(parameters|tokens)$/.test(unit)) return showNumber(value);
  return `${(value / found[0]).toPrecision(3)}${found[1]}`;
}

/** Two bounds: `1.77 .. 1.87`. */
export const showInterval = ([lower, upper]: readonly [number, number], show = showNumber): string =>
  `${show(lower)} .. ${show(upper)}`;
