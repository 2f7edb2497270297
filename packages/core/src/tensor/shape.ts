import { ShapeError } from '../errors.js';

/** One dimension of a contract: a name, which takes the size it first meets, or a fixed size. */
export type Dimension = string | number;

/** The sizes that the names of a contract took. */
export type Dimensions = Readonly<Record<string, number>>;

/**
 * Checks an argument's shape against a contract of named dimensions, and returns the sizes of the names.
 *
 * @param owner the method that the error names
 * @param argument the argument that the error names
 * @param shaped anything with a shape
 * @param contract e.g. `['batch', 'classes']`
 * @param known sizes already taken by earlier arguments, which this one must agree with
 * @throws ShapeError `OWNER: ARGUMENT must be [batch, classes], got [32]`
 *
 * @example
 * const dims = checkShape('focal', 'logits', zeros([8, 3]), ['batch', 'classes']);
 * checkShape('focal', 'labels', zeros([8]), ['batch'], dims);
 * console.log(dims); // { batch: 8, classes: 3 }
 */
export function checkShape(
  owner: string,
  argument: string,
  shaped: { readonly shape: readonly number[] },
  contract: readonly Dimension[],
  known: Dimensions = {},
): Dimensions {
  const { shape } = shaped;
  const taken: Record<string, number> = { ...known };
  const fits =
    shape.length === contract.length &&
    contract.every(
      (dimension, i) => shape[i] === (typeof dimension === 'number' ? dimension : (taken[dimension] ??= shape[i]!)),
    );
  if (fits) return taken;
  throw new ShapeError(`${owner}: ${argument} must be ${describe(contract, known)}, got [${shape.join(', ')}]`);
}

function describe(contract: readonly Dimension[], known: Dimensions): string {
  const names = `[${contract.join(', ')}]`;
  if (!contract.some((dimension) => dimension in known)) return names;
  return `${names} with ${contract
    .filter((dimension) => dimension in known)
    .map((dimension) => `${dimension} = ${known[dimension]}`)
    .join(', ')}`;
}
