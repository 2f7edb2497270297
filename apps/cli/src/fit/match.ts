import { DataError } from '@surprisal/core';
import { type ColumnMap, type LawColumns, matchColumns } from '@surprisal/scaling-laws';

/**
 * The columns of a table that a law reads. Where they cannot be told, the advice is in the words of the command line.
 *
 * @throws DataError as `matchColumns` does
 */
export function matchTable(law: LawColumns, names: readonly string[], overrides: ColumnMap | undefined): ColumnMap {
  try {
    return matchColumns(law, names, overrides);
  } catch (error) {
    throw new DataError(
      (error as Error).message.replace(/by columns: \{ (\S+): '?([^']*?)'? \}$/, "by --columns '$1=$2'"),
    );
  }
}

/** `N = params (parameters), loss (nats/token)`: the law's columns, the table's where they have other names, and units. */
export function showColumns({ inputs, output }: LawColumns, columns: ColumnMap): string {
  const all = [...inputs, ...inputs.flatMap(({ derived }) => derived?.from ?? []), output];
  return Object.entries(columns)
    .map(([name, column]) => {
      const unit = all.find((one) => one.name === name)?.unit;
      return `${name === column ? name : `${name} = ${column}`}${unit ? ` (${unit})` : ''}`;
    })
    .join(', ');
}
