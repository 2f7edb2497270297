import type { Column, Estimate, TableEvent } from '@surprisal/core';

/** A cell of a table of results. JSON has no NaN or infinity: a number that was one comes back as null. */
export type Value = number | string | Estimate | null | undefined;

/** The decimals that make the standard errors of a column readable: two digits of the smallest, 2 without any. */
export function decimalsOf(values: readonly Value[]): number {
  const errors = values.flatMap((value) => (isEstimate(value) && value.standardError ? [value.standardError] : []));
  if (errors.length > 0) return Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(Math.min(...errors)))));
  return values.every((value) => Number.isInteger(numberOf(value))) ? 0 : 2;
}

/** A value as it is shown: `97.84 ± 0.12`. */
export const showValue = (value: Value, decimals = 2): string => partsOf(value, decimals).join('');

/** The values of a column as they are shown, padded so that decimal points and errors stand under each other. */
export function showColumn(values: readonly Value[]): string[] {
  const decimals = decimalsOf(values);
  const parts = values.map((value) => partsOf(value, decimals));
  if (values.some((value) => typeof value === 'string')) return parts.map((part) => part.join(''));
  const width = (text: (part: Parts) => string) => Math.max(...parts.map((part) => text(part).length));
  const [mean, error] = [width((part) => part[0]), width((part) => (part[1] === PLUS_MINUS ? part[2] : ''))];
  const aligned = parts.map(([m, sign, e]) => m.padStart(mean) + sign + (sign === PLUS_MINUS ? e.padStart(error) : e));
  const widest = Math.max(...aligned.map((text) => text.length));
  return aligned.map((text) => text.padEnd(widest));
}

const PLUS_MINUS = ' ± ';
/** A number or text, a sign, and what follows it. */
type Parts = readonly [string, string, string];

function partsOf(value: Value, decimals: number): Parts {
  if (value === undefined) return ['', '', ''];
  if (typeof value === 'string') return [value, '', ''];
  if (!isEstimate(value)) return [fixed(value, decimals), '', ''];
  const { mean, standardError, n } = value;
  if (typeof standardError === 'number') return [fixed(mean, decimals), PLUS_MINUS, fixed(standardError, decimals)];
  return [fixed(mean, decimals), n === 1 ? ' (n=1)' : '', ''];
}

/** Small numbers keep two digits that say something. */
function fixed(value: number | null, decimals: number): string {
  if (value === null) return 'not finite';
  const size = Math.abs(value);
  return size > 0 && size < 0.5 * 10 ** -decimals && decimals > 0 ? value.toExponential(1) : value.toFixed(decimals);
}

const isEstimate = (value: Value): value is Estimate => typeof value === 'object' && value !== null;

/** The number by which a value is compared. */
export const numberOf = (value: Value): number =>
  typeof value === 'number' ? value : isEstimate(value) ? (value.mean ?? NaN) : NaN;

/** The row with the best value of a column that has a better direction; undefined when all are alike. */
export function bestRow({ key, better }: Column, rows: TableEvent['rows']): number | undefined {
  const values = rows.map((row) => numberOf(row[key]));
  if (!better || rows.length < 2 || values.every((value) => value === values[0])) return undefined;
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.length === 0 ? undefined : values.indexOf((better === 'higher' ? Math.max : Math.min)(...numbers));
}

/** Seeds are what makes a figure more than an accident: says so where there was one alone. */
export function singleSeedNote(tables: readonly TableEvent[]): string | undefined {
  const cells = tables.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row)));
  const single = cells.some((cell) => isEstimate(cell) && cell.n === 1);
  return single ? 'n = 1: one seed, so these figures have no measure of their uncertainty' : undefined;
}
