import { UsageError } from './exit.js';

const POWERS: Readonly<Record<string, number>> = { '': 0, k: 3, m: 6, b: 9, t: 12 };

/**
 * A number as people write sizes of models: `7e10`, `70B`, `1.4T`.
 *
 * @throws UsageError that names the flag
 */
export function readNumber(flag: string, text: string): number {
  const [, digits, unit = ''] = /^\s*([+-]?[\d.]+(?:e[+-]?\d+)?)([kmbt]?)\s*$/i.exec(text) ?? [];
  const value = Number(digits) * 10 ** POWERS[unit.toLowerCase()]!;
  if (Number.isFinite(value)) return value;
  throw new UsageError(`${flag} must be a number such as 7e10 or 70B, got "${text}"`);
}

/**
 * `N=7e10,D=1.4e12` as pairs of name and text.
 *
 * @throws UsageError that names the flag and shows how it is written
 */
export function readAssignments(flag: string, text: string, example: string): [string, string][] {
  return text.split(',').map((part) => {
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.+?)\s*$/.exec(part) ?? [];
    if (name === undefined) throw new UsageError(`${flag} must be ${example}, got "${text}"`);
    return [name, value!];
  });
}

/** `N=7e10,D=1.4e12` as numbers by name. */
export const readInputs = (flag: string, text: string): Record<string, number> =>
  Object.fromEntries(
    readAssignments(flag, text, 'NAME=NUMBER,... such as N=7e10,D=1.4e12').map(([name, value]) => [
      name,
      readNumber(`${flag} ${name}`, value),
    ]),
  );

/** `N=params,loss=val_loss` as names of columns. */
export const readColumnMap = (text: string): Record<string, string> =>
  Object.fromEntries(readAssignments('--columns', text, 'NAME=COLUMN,... such as N=params,loss=val_loss'));

/** A share between 0 and 1, both excluded. */
export function readShare(flag: string, text: string): number {
  const value = readNumber(flag, text);
  if (value > 0 && value < 1) return value;
  throw new UsageError(`${flag} must be between 0 and 1, got "${text}"`);
}

/** A whole number, at least as large as it must be. */
export function readCount(flag: string, text: string, least = 1): number {
  const value = readNumber(flag, text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${flag} must be a whole number of at least ${least}, got "${text}"`);
}
