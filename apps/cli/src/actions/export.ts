import { type TableEvent, unknownName } from '@surprisal/core';
import { UsageError } from '../exit.js';
import { csv, latex, markdown } from '../export/tables.js';
import type { Output } from '../output.js';
import type { RunFolder } from '../run/folder.js';
import { findRun } from '../run/list.js';
import { QUICK } from './show.js';

export interface ExportOptions {
  readonly markdown?: boolean;
  readonly latex?: boolean;
  /** The name of one table; all by default. */
  readonly table?: string;
  /** The folder to write event files to. */
  readonly tensorboard?: string;
  /** The address of a tracking server. */
  readonly mlflow?: string;
}

/** `surprisal runs export RUN`: its tables for a spreadsheet or a paper, or its metrics for TensorBoard or MLflow. */
export async function exportRun(output: Output, root: string, name: string, options: ExportOptions): Promise<void> {
  const run = findRun(root, name);
  if (run.info.quick) output.note(QUICK);
  if (options.tensorboard !== undefined) return exportToTensorBoard(output, run, options.tensorboard);
  if (options.mlflow !== undefined) return exportToMlflow(output, run, options.mlflow);
  exportTables(output, run, options);
}

// Each way out is loaded when it is taken: tables need neither.

async function exportToTensorBoard(output: Output, run: RunFolder, root: string): Promise<void> {
  const { writeTensorBoard } = await import('../export/tensorboard.js');
  const written = writeTensorBoard(run, root);
  output.result({ run: run.path, quick: run.info.quick, tensorboard: written });
  output.print(`${written.values} values in ${written.series} series: ${written.folder}`);
  output.note(`tensorboard --logdir ${root} shows them`);
}

async function exportToMlflow(output: Output, run: RunFolder, address: string): Promise<void> {
  const { sendToMlflow } = await import('../export/mlflow.js');
  const sent = await sendToMlflow(run, address);
  output.result({ run: run.path, quick: run.info.quick, mlflow: sent });
  const below = sent.children.length > 0 ? ` and ${sent.children.length} runs below it` : '';
  output.print(`sent ${sent.values} values as run ${sent.run.name}${below}: ${sent.page}`);
}

function exportTables(output: Output, run: RunFolder, options: ExportOptions): void {
  const tables = tablesOf(run, options.table);
  output.result({ run: run.path, quick: run.info.quick, tables: tables.map(({ type: _, ...table }) => table) });
  const write = options.latex ? latex : options.markdown ? markdown : csv;
  output.print(tables.map(write).join('\n').trimEnd());
}

function tablesOf(run: RunFolder, name: string | undefined): TableEvent[] {
  if (run.status !== 'FINISHED')
    throw new UsageError(`${run.path}: a run must be finished for its tables, this one is ${run.status}`);
  const all = run.results.filter((event) => event.type === 'table');
  const tables = name === undefined ? all : all.filter((table) => table.name === name);
  if (tables.length > 0) return tables;
  if (name === undefined) throw new UsageError(`${run.path}: this run has no tables`);
  throw unknownName(
    'table',
    name,
    all.map((table) => table.name),
  );
}
