import { writeFile } from 'node:fs/promises';
import { DataError } from '@surprisal/core';
import type { Table } from '@surprisal/data/tables';
import { UsageError, exitCodes } from '../exit.js';
import { CURVE_LAW, fitCurves } from '../fit/fit-curves.js';
import { fitRuns } from '../fit/fit-runs.js';
import { suggestLaws } from '../fit/laws.js';
import { chooseLaw } from '../fit/prepare.js';
import type { FitReport } from '../fit/report.js';
import { residualPlot } from '../fit/residuals.js';
import { type FitFlags, readSettings } from '../fit/settings.js';
import { jsonOf, showFit } from '../fit/show.js';
import { readSource } from '../fit/source.js';
import type { Output } from '../output.js';
import { loadPlugins } from '../plugins.js';

/** `surprisal fit <table...> --law <name>`. Fails when the runs do not tell the law. */
export async function fit(output: Output, sources: readonly string[], flags: FitFlags): Promise<number> {
  const { registry } = await loadPlugins(output);
  const settings = readSettings(flags);
  const chosen = flags.law === undefined ? undefined : chooseLaw(registry, flags.law, flags.set ?? []);
  const tables = await Promise.all(sources.map(readSource));
  if (!chosen) return suggestLaws(output, registry, tables[0]!, settings.columns);
  const report =
    chosen.law.method === CURVE_LAW
      ? fitCurves(registry, chosen, tables, settings, flags)
      : fitRuns(chosen, oneOf(tables, chosen.law.method), settings);
  output.result(jsonOf(report));
  showFit(output, report);
  if (flags.plot !== undefined) await writePlot(output, report, flags.plot);
  return report.fit.identifiable ? exitCodes.ok : exitCodes.failed;
}

function oneOf(tables: readonly Table[], law: string): Table {
  if (tables.length === 1) return tables[0]!;
  throw new UsageError(`fit: ${law} takes one table, got ${tables.length}`);
}

/** The picture of loss curves, or of residuals. */
async function writePlot(output: Output, { fit, table, curves }: FitReport, file: string): Promise<void> {
  const { renderSvg } = await import('../run/plots.js');
  const svg = await renderSvg((curves?.plot ?? residualPlot(fit, table.name)).spec);
  await writeFile(file, svg).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(`${file}: cannot be written (${error.code}); name another file with --plot`);
  });
  output.note(`picture: ${file}`);
}
