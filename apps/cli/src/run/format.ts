import type { Estimate } from '@surprisal/core';

/** The decimals that make the standard errors of a column readable: two digits of the smallest, 2 without any. */
export function decimalsOf(values: readonly (number | string | Estimate | undefined)[]): number {
  const errors = values.flatMap((value) =>
    typeof value === 'object' && value.standardError ? [value.standardError] : [],
  );
  if (errors.length > 0) return Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(Math.min(...errors)))));
  return values.every((value) => Number.isInteger(numberOf(value))) ? 0 : 2;
}

/** A value as it is shown: `97.84 ± 0.12`. */
export function showValue(value: number | string | Estimate | undefined, decimals = 2): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  const { mean, standardError, n } =
    typeof value === 'number' ? { mean: value, standardError: undefined, n: undefined } : value;
  const text = Number.isInteger(mean) && decimals === 0 ? String(mean) : mean.toFixed(decimals);
  if (standardError !== undefined) return `${text} ± ${standardError.toFixed(decimals)}`;
  return n === 1 ? `${text} (n=1)` : text;
}

/** The number by which a value is compared. */
export const numberOf = (value: number | string | Estimate | undefined): number =>
  typeof value === 'number' ? value : typeof value === 'object' ? value.mean : NaN;
