import { type Registry, DataError, nearest } from '@surprisal/core';
import { type Table, numberColumn } from '@surprisal/data/tables';
import type { LawColumns, LossCurve, ScalingLaw } from '@surprisal/scaling-laws';
import { UsageError } from '../exit.js';
import { matchTable } from './match.js';
import { type NamedSchedule, readSchedule } from './schedules.js';
import type { FitFlags } from './settings.js';

/** What was measured of a curve. */
interface Measured {
  readonly name: string;
  readonly steps: readonly number[];
  readonly loss: readonly number[];
}

/** A measured curve with its schedule. */
export interface ScheduledCurve extends LossCurve {
  readonly name: string;
  readonly schedule: string;
}

const stepColumn = {
  name: 'step',
  unit: 'steps',
  description: 'optimiser step, from 0',
  aliases: ['steps', 'iteration', 'iterations', 'iter', 'global_step', '_step'],
};
/** What a table of loss curves has: steps and losses. */
export const curveColumns = ({ method, output }: ScalingLaw): LawColumns => ({ method, inputs: [stepColumn], output });

const CURVE_COLUMNS = ['curve', 'schedule', 'run'];

/** The measured curves of all tables: a table each, or as a column of text says. */
export function measuredCurves(
  tables: readonly Table[],
  law: ScalingLaw,
  columns: Readonly<Record<string, string>>,
): Measured[] {
  const { curve: named, ...others } = columns;
  return tables.flatMap((table) => {
    const names = Object.keys(table.columns);
    const map = matchTable(curveColumns(law), names, others);
    const steps = numberColumn(table, map.step!);
    const loss = numberColumn(table, map[law.output.name]!);
    const labels = labelsOf(table, named) ?? Array.from(steps, () => table.name);
    return [...new Set(labels)].map((name) => {
      const rows = labels.flatMap((label, row) => (label === name ? [row] : []));
      return { name, steps: rows.map((row) => steps[row]!), loss: rows.map((row) => loss[row]!) };
    });
  });
}

function labelsOf({ columns, name }: Table, wanted: string | undefined): readonly string[] | undefined {
  const found = wanted ?? CURVE_COLUMNS.find((candidate) => Array.isArray(columns[candidate]));
  if (found === undefined) return undefined;
  const labels = columns[found];
  if (labels === undefined)
    throw new DataError(`${name}: has no column "${found}"; it has ${Object.keys(columns).join(', ')}`);
  return Array.from(labels, String);
}

/**
 * The curves to fit, each with its schedule: as `--schedule CURVE=...` says; in order, where there are as many schedules as curves; or as
 * the curves' own names say.
 *
 * @throws UsageError when a curve's schedule is not said
 */
export function scheduledCurves(registry: Registry, measured: readonly Measured[], flags: FitFlags): ScheduledCurve[] {
  const schedules = (flags.schedule ?? []).map((text) => readSchedule(registry, text, flags));
  const named = schedules.filter(({ curve }) => curve !== undefined);
  if (named.length > 0) return named.map((schedule) => join(findCurve(measured, schedule.curve!), schedule));
  if (schedules.length === measured.length) return measured.map((curve, i) => join(curve, schedules[i]!));
  if (schedules.length === 0 && measured.every(({ name }) => isSchedule(registry, name)))
    return measured.map((curve) => join(curve, readSchedule(registry, curve.name, flags)));
  const names = measured.map(({ name }) => name);
  const shown = names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');
  throw new UsageError(
    `fit: each curve needs its schedule: --schedule '${names[0]}=cosine:total=24000', once for each to fit; curves are ${shown}`,
  );
}

const isSchedule = (registry: Registry, name: string) =>
  registry.methods('schedule').some(({ info }) => info.name === name.split(':', 1)[0]);

/** @throws UsageError with a did-you-mean */
export function findCurve(measured: readonly Measured[], name: string): Measured {
  const found = measured.find((curve) => curve.name === name);
  if (found) return found;
  const names = measured.map((curve) => curve.name);
  const meant = nearest(name, names);
  throw new UsageError(
    `fit: no curve is named "${name}"${meant ? `: did you mean "${meant}"?` : `; curves are ${names.join(', ')}`}`,
  );
}

const join = ({ name, steps, loss }: Measured, { text, rates }: NamedSchedule): ScheduledCurve => ({
  name,
  steps,
  loss,
  schedule: text,
  rates,
});
