import { DataError } from '@surprisal/core';
import type { SourcedBytes } from './idx.js';

/** What every table says about itself. */
export interface TableInfo<N extends RunTableName = RunTableName> {
  readonly name: N;
  readonly description: string;
  /** Where the numbers come from. */
  readonly source: string;
  readonly licence: string;
  /** What is to be known before the numbers are used. */
  readonly note?: string;
}

/** Training runs as columns of equal length: `runs.loss[i]` belongs to `runs.N[i]`. */
export type RunTable<N extends RunTableName, C extends string> = TableInfo<N> & {
  /** The number of runs. */
  readonly n: number;
  readonly columns: readonly C[];
  readonly units: Readonly<Record<C, string>>;
} & Readonly<Record<C, readonly number[]>>;

/** Loss curves of models of three sizes under nine learning-rate schedules. */
export interface ScheduleLossCurves extends TableInfo<'lr-schedule-loss-curves'> {
  /** How the rate of each schedule is computed, in words; `common` holds the numbers that all share. */
  readonly schedules: { readonly common: Readonly<Record<string, number | string>> } & Readonly<
    Record<string, unknown>
  >;
  /** The schedules to fit on, and those to predict. */
  readonly split: { readonly fit: readonly string[]; readonly test: readonly string[] };
  readonly units: { readonly loss: string };
  /** By `SIZE/SCHEDULE`: `'25M/cosine_24000'`. `step[i]` is the step, from 0, at which `loss[i]` was recorded. */
  readonly curves: Readonly<Record<string, { readonly step: readonly number[]; readonly loss: readonly number[] }>>;
  readonly licence_text: string;
}

/** The fitted laws of one domain; null where the paper gives none. Compute in petaflop-days (8.64e19 FLOP). */
export interface HenighanLaws {
  readonly domain: string;
  /** L(N) = Linf + (N0 / N)^alpha, in nats per token of N parameters without embeddings. */
  readonly L_N: { readonly Linf: number; readonly N0: number; readonly alpha: number };
  /** L(C) = Linf + (C0 / C)^alpha. */
  readonly L_C: { readonly Linf: number; readonly C0_pfdays: number; readonly alpha: number } | null;
  /** N_opt = (C / C0)^beta. */
  readonly N_opt: { readonly C0_pfdays: number; readonly beta: number } | null;
}

/** The constants of Table 1 and Table 3 of Henighan et al.: Scaling Laws for Autoregressive Generative Modeling, 2020. */
export interface HenighanTable extends TableInfo<'henighan-table1'> {
  readonly table1: readonly HenighanLaws[];
  readonly table3_per_image: readonly {
    readonly resolution: string;
    readonly C_at_1_nat_pfdays: number;
    readonly alpha: number;
    readonly irreducible_nats_per_image: number;
  }[];
}

/** The tables of runs, by name. */
export interface RunTables {
  /** 245 runs of Hoffmann et al. 2022, read off a figure by Besiroglu et al. 2024: parameters N, compute C, loss. */
  'chinchilla-epoch': RunTable<'chinchilla-epoch', 'N' | 'C' | 'loss'>;
  /** 234 runs, a second reading of the same figure, with tokens D. */
  'chinchilla-kyo-takano': RunTable<'chinchilla-kyo-takano', 'N' | 'D' | 'C' | 'loss'>;
  'henighan-table1': HenighanTable;
  'lr-schedule-loss-curves': ScheduleLossCurves;
}

/** The names of the tables of runs. */
export type RunTableName = keyof RunTables;

declare module '@surprisal/core' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the table's entries are data sets by the same names
  interface Datasets extends RunTables {}
}

/**
 * A table of runs from the bytes of its JSON file, however they are read.
 *
 * @throws DataError that names the file and the mend, when it holds something else
 */
export function runTableFrom<N extends RunTableName>(name: N, { bytes, file, mend }: SourcedBytes): RunTables[N] {
  try {
    const table = JSON.parse(new TextDecoder().decode(bytes)) as RunTables[N];
    if (table.name === name) return table;
  } catch {
    // told below
  }
  throw new DataError(`${file}: must be a JSON file of the table ${name}; ${mend}`);
}
