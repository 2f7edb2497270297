import { type Registry, progress } from '@surprisal/core';
import type { Table } from '@surprisal/data/tables';
import { UsageError, exitCodes } from '../exit.js';
import { CURVE_LAW, fitCurves } from '../fit/fit-curves.js';
import { fitRuns } from '../fit/fit-runs.js';
import { suggestLaws } from '../fit/laws.js';
import { type ChosenLaw, chooseLaw } from '../fit/prepare.js';
import type { FitReport } from '../fit/report.js';
import { residualPlot } from '../fit/residuals.js';
import { type FitFlags, type FitSettings, readSettings } from '../fit/settings.js';
import { jsonOf, showFit } from '../fit/show.js';
import { readSource } from '../fit/source.js';
import type { Output } from '../output.js';
import { hasKind, loadPlugins } from '../plugins.js';
import { progressView } from '../terminal/progress.js';
import { writeUserFile } from '../user-files.js';

/** `surprisal fit <table...> --law <name>`. Fails when the runs do not tell the law. */
export async function fit(output: Output, sources: readonly string[], flags: FitFlags): Promise<number> {
  const { registry } = await loadPlugins(output, hasKind('scaling-law', 'schedule'));
  const settings = readSettings(flags);
  const chosen = flags.law === undefined ? undefined : chooseLaw(registry, flags.law, flags.set ?? []);
  const tables = await Promise.all(sources.map(readSource));
  if (!chosen) return suggestLaws(output, registry, tables[0]!, settings.columns);
  const report = await fitted(output, registry, chosen, tables, settings, flags);
  output.result(jsonOf(report));
  showFit(output, report);
  if (flags.plot !== undefined) await writePlot(output, report, flags.plot);
  return report.fit.identifiable ? exitCodes.ok : exitCodes.failed;
}

async function fitted(
  output: Output,
  registry: Registry,
  chosen: ChosenLaw,
  tables: readonly Table[],
  settings: FitSettings,
  flags: FitFlags,
): Promise<FitReport> {
  const view = await progressView(output, 'bootstrap');
  const told = (done: number, of: number) => {
    if (done < of) view.event(progress(done, of));
  };
  try {
    if (chosen.law.method === CURVE_LAW) return fitCurves(registry, chosen, tables, settings, flags, told);
    return fitRuns(chosen, oneOf(tables, chosen.law.method), settings, told);
  } finally {
    view.done();
  }
}

function oneOf(tables: readonly Table[], law: string): Table {
  if (tables.length === 1) return tables[0]!;
  throw new UsageError(`fit: ${law} takes one table, got ${tables.length}`);
}

/** The picture of loss curves, or of residuals. */
async function writePlot(output: Output, { fit, table, curves }: FitReport, file: string): Promise<void> {
  const { renderSvg } = await import('../run/plots.js');
  const svg = await renderSvg((curves?.plot ?? residualPlot(fit, table.name)).spec);
  await writeUserFile('--plot', file, svg);
  output.note(`picture: ${file}`);
}
