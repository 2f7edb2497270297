import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NdArray, ndarray, sizeOf } from '@surprisal/core';
import { type EngineName, Tensor, toHost } from '@surprisal/core/tensor';
import { describe, expect, it } from 'vitest';
import { onEngines } from './engines.js';

/** Reference values: host arrays, numbers, strings, or nested objects of these. */
export type GoldenValue =
  NdArray | number | string | boolean | null | readonly GoldenValue[] | { readonly [key: string]: GoldenValue };

/** A case of a goldens file: which computation (`op`), with what, gives what. */
export interface GoldenCase {
  readonly name: string;
  readonly op: string;
  readonly params: Readonly<Record<string, never>>;
  readonly inputs: Readonly<Record<string, never>>;
  readonly outputs: Readonly<Record<string, GoldenValue>>;
  /** A value passes when |a - b| <= abs + rel * |b|. */
  readonly tolerance: { readonly abs: number; readonly rel: number };
  readonly statistical?: boolean;
}

/** What a handler may give for an output: the golden's own form, or tensors. */
export type Computed = Tensor | Read | { readonly [key: string]: Computed } | readonly Computed[];

/** The same with every tensor read. */
export type Read =
  GoldenValue | Float32Array | Float64Array | Int32Array | { readonly [key: string]: Read } | readonly Read[];

/** Computes the outputs of a case, by name. `inputs` and `params` are typed by the handler: the card's table says what they are. */
export type GoldenHandler = (
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the table in the paper's card gives the types of an op
  golden: { readonly inputs: any; readonly params: any; readonly name: string; readonly expected: any },
) => Record<string, Computed> | Promise<Record<string, Computed>>;

/** A handler with a rule of its own for judging (statistical cases, objectives within a factor). */
export interface JudgedHandler {
  readonly run: GoldenHandler;
  judge(computed: Record<string, Read>, golden: GoldenCase): void;
}

export interface GoldensOptions {
  /** The engines to run on; absent for host code, which runs once. */
  readonly engines?: readonly EngineName[];
  /** True when other packages take the ops that have no handler here. Otherwise such an op fails. */
  readonly partial?: boolean;
}

/**
 * Declares one test per case of a goldens file (times one per engine), dispatched on the case's `op`.
 *
 * The file is `../goldens/NAME.json` beside the test's folder; the variable GOLDENS_DIR points at another folder, and a
 * file that is missing there is skipped.
 *
 * @param test the test's `import.meta.url`
 *
 * @example
 * goldens(import.meta.url, '01-comp-sum', { compSumLoss: ({ inputs, params }) => ({ loss: ... }) }, { engines: everyEngine });
 */
export function goldens(
  test: string,
  file: string,
  handlers: Readonly<Record<string, GoldenHandler | JudgedHandler>>,
  options: GoldensOptions = {},
): void {
  const own = fileURLToPath(new URL(`../goldens/${file}.json`, test));
  const path = process.env.GOLDENS_DIR ? resolve(process.env.GOLDENS_DIR, basename(own)) : own;
  const present = existsSync(path);
  const cases = readCases(present ? path : own).filter(({ op }) => !options.partial || op in handlers);
  const declare = (engine: string) =>
    it.for(cases)('$op: $name', async (golden, { task, skip }) => {
      (task.meta as GoldenMeta).golden = { file, case: golden.name, engine };
      if (!present) skip();
      await checkCase(file, golden, handlers);
    });
  describe(`goldens ${file}`, () => {
    if (options.engines) onEngines(options.engines, declare);
    else declare('host');
  });
}

/** Where a reporter finds which case a test was. */
export interface GoldenMeta {
  golden?: { readonly file: string; readonly case: string; readonly engine: string };
}

/** Computes one case of a file with the handler of its `op`, and judges what comes out. */
export async function checkCase(
  file: string,
  golden: GoldenCase,
  handlers: Readonly<Record<string, GoldenHandler | JudgedHandler>>,
): Promise<void> {
  const handler = handlers[golden.op];
  if (!handler) throw new Error(`goldens ${file}: no handler for the op "${golden.op}"`);
  const { run, judge } = typeof handler === 'function' ? { run: handler, judge: compareAll } : handler;
  const { inputs, params, name, outputs: expected } = golden;
  judge((await read(await run({ inputs, params, name, expected }))) as Record<string, Read>, golden);
}

/** Waits for all tensors in what was computed; the rest stays as it is. */
async function read(computed: Computed): Promise<Read> {
  if (computed instanceof Tensor) return toHost(computed);
  if (typeof computed !== 'object' || computed === null || isArray(computed) || ArrayBuffer.isView(computed)) {
    return computed as Read;
  }
  if (Array.isArray(computed)) return Promise.all(computed.map(read));
  const entries = Object.entries(computed as Record<string, Computed>);
  return Object.fromEntries(await Promise.all(entries.map(async ([key, value]) => [key, await read(value)] as const)));
}

function compareAll(computed: Record<string, Read>, { outputs, tolerance }: GoldenCase) {
  for (const [name, value] of Object.entries(outputs)) compare(name, computed[name], value, tolerance);
}

/**
 * Compares a computed value with a golden one, to the golden's tolerance. What has a shape must have the golden's; a flat
 * array needs its size alone.
 */
export function compare(
  name: string,
  computed: Read | undefined,
  expected: GoldenValue,
  tolerance: GoldenCase['tolerance'],
): void {
  if (computed === undefined) throw new Error(`the handler gives no output "${name}"`);
  if (typeof expected === 'number') return close(name, scalarOf(name, computed), expected, tolerance);
  if (isArray(expected)) {
    const { shape, data } = arrayOf(name, computed);
    if (isArray(computed)) expect(shape, `shape of ${name}`).toEqual(expected.shape);
    expect(sizeOf(shape), `size of ${name}`).toBe(sizeOf(expected.shape));
    return expected.data.forEach((value: number, i: number) => close(`${name}[${i}]`, data[i]!, value, tolerance));
  }
  if (typeof expected !== 'object' || expected === null) return expect(computed, name).toBe(expected);
  if (Array.isArray(expected)) expect(computed, `length of ${name}`).toHaveLength(expected.length);
  for (const [key, value] of Object.entries(expected)) {
    compare(`${name}.${key}`, (computed as Record<string, Read>)[key], value as GoldenValue, tolerance);
  }
}

function close(name: string, actual: number, expected: number, { abs, rel }: GoldenCase['tolerance']) {
  if (Object.is(actual, expected) || actual === expected) return;
  // An infinite golden would make the tolerance infinite, and accept everything.
  const error = Number.isFinite(expected) ? Math.abs(actual - expected) : NaN;
  expect(error, `${name}: computed ${actual}, golden ${expected}`).toBeLessThanOrEqual(abs + rel * Math.abs(expected));
}

const isArray = (value: unknown): value is NdArray =>
  typeof value === 'object' && value !== null && 'shape' in value && 'data' in value;

function arrayOf(name: string, value: unknown): NdArray {
  if (isArray(value)) return value;
  const flat = numbersOf(name, value);
  return ndarray(Float64Array.from(flat), [flat.length]);
}

function numbersOf(name: string, value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (isArray(value)) return Array.from(value.data);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  if (Array.isArray(value)) return value.flatMap((part) => numbersOf(name, part));
  throw new Error(`${name}: expected an array, got ${typeof value}`);
}

function scalarOf(name: string, value: unknown): number {
  const { shape, data } = arrayOf(name, value);
  expect(sizeOf(shape), `size of ${name}`).toBe(1);
  return data[0]!;
}

/** Reads a goldens file: tensors become host arrays, and the words "NaN" and "Infinity", which JSON has not, numbers. */
const readCases = (path: string): GoldenCase[] =>
  (JSON.parse(readFileSync(path, 'utf8'), revive) as { cases: GoldenCase[] }).cases;

function revive(_key: string, value: unknown): unknown {
  if (!isArray(value)) return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value;
  const { shape, data, dtype } = value as unknown as { shape: number[]; data: number[]; dtype: string };
  return ndarray(
    dtype === 'int32' || dtype === 'bool' ? Int32Array.from(data, Number) : Float64Array.from(data),
    shape,
  );
}
