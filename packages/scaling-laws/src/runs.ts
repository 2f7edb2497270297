import { DataError, nearest } from '@surprisal/core';
import { type LawMaths, featuresOf } from './law-maths.js';

/** A table of training runs: columns by name, all of one length. */
export type Runs = Readonly<Record<string, ArrayLike<number>>>;

/** A column that a law reads. Its values are positive. */
export interface InputColumn {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  /** Other names that tables have for it; case, and anything but letters and digits, do not matter. */
  readonly aliases?: readonly string[];
  /** Whether 0 is allowed. Default: no. */
  readonly zero?: boolean;
  /** Whether every finite number is allowed. Default: no. */
  readonly signed?: boolean;
  /** How it comes from other columns where a table has none of its own: D = C / (6 N). */
  readonly derived?: DerivedColumn;
}

/** A column computed from others. */
export interface DerivedColumn {
  /** In words: `'D = C / (6 N)'`. */
  readonly formula: string;
  /** The columns it needs: inputs of the law by name, or further ones. */
  readonly from: readonly InputColumn[];
  readonly compute: (...values: readonly number[]) => number;
}

/** The column that a law predicts. */
export type OutputColumn = Omit<InputColumn, 'derived' | 'zero' | 'signed'>;

/** Whether a value may stand in a column. */
export const isInDomain = ({ zero = false, signed = false }: InputColumn, value: number): boolean =>
  Number.isFinite(value) && (value > 0 || signed || (zero && value === 0));

/** What may stand in a column, in words. */
export const domainInWords = ({ zero = false, signed = false }: InputColumn): string =>
  signed ? '(finite)' : zero ? '>= 0' : 'greater than 0';

/** Which column of a table stands for which of the law's: `{ N: 'params', loss: 'val_loss' }`. */
export type ColumnMap = Readonly<Record<string, string>>;

/** What of a law says which columns it needs. */
export interface LawColumns {
  readonly method: string;
  readonly inputs: readonly InputColumn[];
  readonly output: OutputColumn;
}

/**
 * Finds the columns that a law needs among those of a table, by name or alias, or as told.
 *
 * @param overrides the law's column to the table's
 * @returns the law's columns (and those that others are derived from) to the table's
 * @throws DataError for a column that is not there, with a did-you-mean, or that two columns could be
 *
 * @example
 * console.log(matchColumns(chinchilla(), ['params', 'flops', 'Loss'])); // { N: 'params', C: 'flops', loss: 'Loss' }
 */
export function matchColumns(law: LawColumns, names: readonly string[], overrides: ColumnMap = {}): ColumnMap {
  const wanted = [...law.inputs, law.output] as readonly InputColumn[];
  const known = wanted.flatMap(({ name, derived }) => [name, ...(derived?.from ?? []).map((column) => column.name)]);
  for (const [name, column] of Object.entries(overrides)) {
    if (!known.includes(name)) throw new DataError(`${law.method}: has no column "${name}"${meant(name, known)}`);
    if (!names.includes(column))
      throw new DataError(`${law.method}: the runs have no column "${column}"${meant(column, names)}`);
  }
  const find = (column: InputColumn) => overrides[column.name] ?? findColumn(law.method, column, names);
  const map: Record<string, string> = {};
  for (const column of wanted) {
    const found = find(column);
    if (found !== undefined) map[column.name] = found;
    else
      for (const source of column.derived?.from ?? [column])
        map[source.name] = find(source) ?? fail(law.method, column, names, known);
  }
  return map;
}

const meant = (name: string, candidates: readonly string[]): string => {
  const suggestion = nearest(name, candidates);
  return suggestion ? `: did you mean "${suggestion}"?` : `; it must be one of ${candidates.join(', ')}`;
};

function fail(
  method: string,
  { name, unit, aliases = [], derived }: InputColumn,
  names: readonly string[],
  known: readonly string[],
): never {
  const unclaimed = names.filter((candidate) => !known.includes(candidate));
  const spelled = [name, ...aliases].filter(({ length }) => length > 2); // one letter is near any other
  const suggestion = spelled.map((alias) => nearest(alias, unclaimed)).find((found) => found !== undefined);
  const derivation = derived ? ` or what it is derived from (${derived.formula})` : '';
  throw new DataError(
    `${method}: the runs need a column "${name}" (${unit})${derivation}, got ${names.join(', ') || 'none'}${suggestion ? `: did you mean "${suggestion}"?` : `; name it by columns: { ${name}: ... }`}`,
  );
}

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function findColumn(method: string, { name, aliases = [] }: InputColumn, names: readonly string[]): string | undefined {
  if (names.includes(name)) return name;
  const meanings = [name, ...aliases].map(plain);
  const found = names.filter((candidate) => meanings.includes(plain(candidate)));
  if (found.length < 2) return found[0];
  throw new DataError(
    `${method}: ${found.map((candidate) => `"${candidate}"`).join(' and ')} could both be ${name}; say which by columns: { ${name}: '${found[0]}' }`,
  );
}

/** The rows of a fit. */
export interface FitRows {
  readonly n: number;
  /** The columns that the law reads and the one that it predicts, by the law's names. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** The inputs of each row. */
  readonly inputs: readonly Float64Array[];
  readonly features: readonly Float64Array[];
  readonly loss: Float64Array;
  readonly logLoss: Float64Array;
  /** How often each row counts. */
  readonly weights: Float64Array;
}

/**
 * Reads and checks the runs that a law is fitted to.
 *
 * @throws DataError naming the column and the row (counted from 1) of a value that is no positive number
 */
export function readRuns(law: LawColumns, maths: LawMaths<string>, runs: Runs, overrides?: ColumnMap): FitRows {
  const map = matchColumns(law, Object.keys(runs), overrides);
  const read = (column: InputColumn) => {
    const { derived } = column;
    if (map[column.name] !== undefined || !derived) return readColumn(law.method, runs, map[column.name]!, column);
    const sources = derived.from.map((source) => readColumn(law.method, runs, map[source.name]!, source));
    return sources[0]!.map((_, row) => derived.compute(...sources.map((values) => values[row]!)));
  };
  const columns = Object.fromEntries([...law.inputs, law.output].map((column) => [column.name, read(column)]));
  checkLengths(law.method, columns);
  const loss = columns[law.output.name]!;
  const inputs = Array.from(loss, (_, row) => Float64Array.from(law.inputs, ({ name }) => columns[name]![row]!));
  return {
    n: loss.length,
    columns,
    inputs,
    features: inputs.map((values) => featuresOf(maths, values)),
    loss,
    logLoss: loss.map(Math.log),
    weights: new Float64Array(loss.length).fill(1),
  };
}

function readColumn(method: string, runs: Runs, name: string, column: InputColumn): Float64Array {
  return Float64Array.from(runs[name] as ArrayLike<unknown>, (value: unknown, row) => {
    if (typeof value === 'number' && isInDomain(column, value)) return value;
    const shown = typeof value === 'string' ? `"${value}"` : value === undefined ? 'nothing' : String(value);
    throw new DataError(
      `${method}: column "${name}" must be numbers ${domainInWords(column)}, got ${shown} in row ${row + 1}`,
    );
  });
}

function checkLengths(method: string, columns: Readonly<Record<string, Float64Array>>): void {
  const lengths = Object.entries(columns).map(([name, { length }]) => `${name} ${length}`);
  if (new Set(Object.values(columns).map(({ length }) => length)).size > 1) {
    throw new DataError(`${method}: columns must be of one length, got ${lengths.join(', ')}`);
  }
}

/** The same rows, each counted as often as a list of row numbers has it: for resampling. */
export function resampled(rows: FitRows, indices: ArrayLike<number>): FitRows {
  const weights = new Float64Array(rows.n);
  for (let i = 0; i < indices.length; i++) weights[indices[i]!]!++;
  return { ...rows, weights };
}

/** Some of the rows. */
export function selectRows(rows: FitRows, keep: (row: number) => boolean): FitRows {
  const kept = Array.from({ length: rows.n }, (_, row) => row).filter(keep);
  const pick = (values: Float64Array) => Float64Array.from(kept, (row) => values[row]!);
  return {
    n: kept.length,
    columns: Object.fromEntries(Object.entries(rows.columns).map(([name, values]) => [name, pick(values)])),
    inputs: kept.map((row) => rows.inputs[row]!),
    features: kept.map((row) => rows.features[row]!),
    loss: pick(rows.loss),
    logLoss: pick(rows.logLoss),
    weights: pick(rows.weights),
  };
}
