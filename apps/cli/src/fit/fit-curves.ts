import { type Registry, plot } from '@surprisal/core';
import type { Table } from '@surprisal/data/tables';
import {
  type AnnealingConstants,
  type AnnealingFit,
  type AnnealingOptions,
  type ScalingFit,
  curveBlocks,
  fitAnnealing,
  predictCurve,
} from '@surprisal/scaling-laws';
import { UsageError } from '../exit.js';
import { readNumber } from '../flag-values.js';
import { type ScheduledCurve, findCurve, measuredCurves, scheduledCurves } from './curves.js';
import { heldOutOf, sayings } from './fit-runs.js';
import { type ChosenLaw, countDuplicates } from './prepare.js';
import type { CurvesReport, FitReport, ScheduleReport } from './report.js';
import { readSchedule, readWarmup } from './schedules.js';
import type { FitFlags, FitSettings } from './settings.js';
import { type Told, type Uncertainty, uncertaintyOf } from './uncertainty.js';

/** The law that is fitted to loss curves with their schedules, not to a table of runs. */
export const CURVE_LAW = 'lr-annealing';

const CONVENTIONS = ['peak', 'raw', 'skip'] as const;

/** A curve that is only predicted; measured perhaps. */
type Target = Omit<ScheduledCurve, 'steps' | 'loss'> & Partial<Pick<ScheduledCurve, 'steps' | 'loss'>>;

/** Fits the annealing law to loss curves, and predicts those of other schedules. */
export function fitCurves(
  registry: Registry,
  { law, formula, params }: ChosenLaw,
  tables: readonly Table[],
  settings: FitSettings,
  flags: FitFlags,
  told: Told,
): FitReport {
  if (settings.dropTop > 0 || settings.budgets.length > 0)
    throw new UsageError(`fit: --drop-top and --budget are not for loss curves (${law.method})`);
  const measured = measuredCurves(tables, law, settings.columns);
  const curves = scheduledCurves(registry, measured, flags);
  const targets = (flags.predictSchedule ?? []).map((text): Target => {
    const { curve, rates, text: schedule } = readSchedule(registry, text, flags);
    return curve === undefined
      ? { name: schedule, schedule, rates }
      : { ...findCurve(measured, curve), schedule, rates };
  });
  const options = areaOptions(flags);
  const annealing = fitAnnealing(curves, { ...options, law: params, fit: { fixed: settings.fixed } });
  const fit = annealing.fit as unknown as ScalingFit;
  const { S1, S2, loss } = annealing.runs;
  const uncertainty = uncertaintyOf(fit, settings, { told, blocks: curveBlocks(annealing.runs) });
  const columns = { S1: 'S1', S2: 'S2', loss: 'loss' };
  return {
    table: {
      name: tables.map(({ name }) => name).join(', '),
      rows: loss.length,
      duplicates: countDuplicates([S1, S2, loss]),
    },
    law: { name: law.method, params },
    formula,
    columns,
    fit,
    ...sayings(fit, settings, uncertainty),
    ...(settings.holdOut !== undefined && {
      heldOut: heldOutOf(law, { S1, S2, loss }, { columns, fixed: settings.fixed, share: settings.holdOut }),
    }),
    curves: curvesReport(annealing, curves, fit.identifiable ? targets : [], options, uncertainty),
  };
}

function areaOptions({ lambda = '0.999', warmupAs = 'peak', ...flags }: FitFlags) {
  const warmup = CONVENTIONS.find((name) => name === warmupAs);
  if (!warmup) throw new UsageError(`--warmup-as must be one of ${CONVENTIONS.join(', ')}, got "${warmupAs}"`);
  return {
    lambda: lambda === 'search' ? ('search' as const) : readNumber('--lambda', lambda),
    warmup,
    warmupSteps: readWarmup(flags),
  };
}

function curvesReport(
  annealing: AnnealingFit,
  curves: readonly ScheduledCurve[],
  targets: readonly Target[],
  { warmup, warmupSteps }: ReturnType<typeof areaOptions>,
  uncertainty: Uncertainty | undefined,
): CurvesReport {
  const { lambda, constants } = annealing;
  const options = { lambda, warmup, warmupSteps };
  const report = (target: Target, fitted: boolean) => scheduleReport(constants, target, fitted, options, uncertainty);
  return {
    lambda,
    warmup: warmupSteps,
    warmupAs: warmup,
    schedules: [...curves.map((curve) => report(curve, true)), ...targets.map((target) => report(target, false))],
    plot: curvesPlot(constants, curves, targets, options),
  };
}

function scheduleReport(
  constants: AnnealingConstants,
  { name, schedule, rates, steps = [], loss = [] }: Target,
  fitted: boolean,
  options: AnnealingOptions,
  uncertainty: Uncertainty | undefined,
): ScheduleReport {
  const last = rates.length - 1;
  const lossAt = (values: AnnealingConstants) => predictCurve(values, rates, { ...options, steps: [last] }).loss[0]!;
  const kept = Array.from(steps).flatMap((step, i) => (step >= options.warmupSteps! ? [{ step, loss: loss[i]! }] : []));
  const predicted = predictCurve(constants, rates, { ...options, steps: kept.map(({ step }) => step) }).loss;
  const errors = kept.map((point, i) => Math.abs(predicted[i]! / point.loss - 1));
  const finalLoss = lossAt(constants);
  return {
    name,
    schedule,
    fitted,
    points: kept.length,
    ...(kept.length > 0 && { meanRelativeError: errors.reduce((sum, error) => sum + error, 0) / errors.length }),
    finalLoss,
    ...(uncertainty?.of && { interval: uncertainty.of((values) => lossAt(values as AnnealingConstants)) }),
    doubtful: !(finalLoss > 0) || rates[last] === 0,
  };
}

/** How many points a predicted curve is drawn with. */
const POINTS = 200;

/** What was measured, and what is predicted of other schedules, by step. */
function curvesPlot(
  constants: AnnealingConstants,
  curves: readonly ScheduledCurve[],
  targets: readonly Target[],
  options: AnnealingOptions,
): CurvesReport['plot'] {
  const predicted = targets.flatMap(({ name, rates }) => {
    const { steps, loss } = predictCurve(constants, rates, options);
    const every = Math.ceil(steps.length / POINTS);
    return Array.from(steps, (step, i) => ({ step, loss: loss[i]!, curve: `${name}, predicted` })).filter(
      (_, i) => i % every === 0 || i === steps.length - 1,
    );
  });
  const measured = curves.flatMap(({ name, steps, loss }) =>
    Array.from(steps, (step, i) => ({ step, loss: loss[i]!, curve: name })).filter(
      ({ step }) => step >= options.warmupSteps!,
    ),
  );
  return plot({
    name: 'loss curves',
    caption: 'measured, and predicted for other schedules',
    spec: {
      width: 560,
      height: 320,
      data: { values: [...measured, ...predicted] },
      mark: { type: 'line', tooltip: true },
      encoding: {
        x: { field: 'step', type: 'quantitative' },
        y: { field: 'loss', type: 'quantitative', title: 'loss (nats/token)', scale: { zero: false } },
        color: { field: 'curve', type: 'nominal' },
      },
    },
  });
}
