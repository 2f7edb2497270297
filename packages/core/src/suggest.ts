import { closest, distance } from 'fastest-levenshtein';
import { UnknownNameError } from './errors.js';

/** The candidate nearest to a mistyped name, or undefined when none is near enough to be meant. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = closest(name, candidates);
  return distance(name, best) <= Math.max(2, name.length / 3) ? best : undefined;
}

/**
 * The error for a name that is not among the candidates, with a did-you-mean.
 *
 * @example
 * console.log(unknownName('method', 'focl', ['focal']).message); // unknown method "focl": did you mean "focal"?
 */
export function unknownName(what: string, name: string, candidates: readonly string[], hint = ''): UnknownNameError {
  const suggestion = nearest(name, candidates);
  const rest = suggestion ? `: did you mean "${suggestion}"?` : hint || listOf(candidates);
  return new UnknownNameError(`unknown ${what} "${name}"${rest}`, suggestion);
}

function listOf(candidates: readonly string[]): string {
  if (candidates.length === 0) return '';
  if (candidates.length <= 12) return `: expected one of ${candidates.join(', ')}`;
  return `: expected one of ${candidates.length}, such as ${candidates.slice(0, 5).join(', ')}`;
}
