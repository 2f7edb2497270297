import type { Table } from '@surprisal/data/tables';
import { type FitOptions, type Runs, type ScalingFit, type ScalingLaw, holdOut } from '@surprisal/scaling-laws';
import { allocationOf, checkAllocation } from './allocation.js';
import { type ChosenLaw, prepareRuns } from './prepare.js';
import type { BudgetAdvice, FitReport, HeldOut } from './report.js';
import type { FitSettings } from './settings.js';
import { type Told, type Uncertainty, uncertaintyOf } from './uncertainty.js';
import { completeInputs } from './inputs.js';

/** Fits a law to a table of runs. */
export function fitRuns(
  { law, formula, params }: ChosenLaw,
  table: Table,
  settings: FitSettings,
  told: Told,
): FitReport {
  if (settings.budgets.length > 0) checkAllocation(law);
  const predict = settings.predict.map((inputs) => completeInputs(law, inputs));
  const { columns, runs, duplicates } = prepareRuns(law, table, settings.columns);
  const options = { columns, fixed: settings.fixed, dropTop: settings.dropTop };
  const fit = law.fit(runs, options);
  return {
    table: { name: table.name, rows: table.length, duplicates },
    law: { name: law.method, params },
    formula,
    columns,
    fit,
    ...sayings(fit, { ...settings, predict }, uncertaintyOf(fit, settings, { told })),
    ...(settings.holdOut !== undefined && { heldOut: heldOutOf(law, runs, { ...options, share: settings.holdOut }) }),
  };
}

/** Keeps back the runs with the largest values of the law's last input that the table has. */
export function heldOutOf(law: ScalingLaw, runs: Runs, options: FitOptions & { share: number }): HeldOut {
  const by = law.inputs.findLast(({ name, signed }) => !signed && options.columns![name] !== undefined)!.name;
  const { residuals, score, baselines } = holdOut(law, runs, { ...options, by });
  return { rows: residuals.length, by, share: options.share, relativeError: score, baselines };
}

type Sayings = Pick<FitReport, 'constants' | 'predictions' | 'budgets' | 'interval' | 'warnings'>;

/**
 * What a fit says when asked: constants, predictions, budgets, with intervals. None but the constants where the runs do not tell the
 * law.
 *
 * @param uncertainty whose intervals they are
 */
export function sayings(fit: ScalingFit, settings: FitSettings, uncertainty: Uncertainty | undefined): Sayings {
  const of = uncertainty?.of;
  const constants = fit.law.parameters.map(({ name, description }) => ({
    name,
    value: fit.parameters[name]!,
    ...(uncertainty && !(name in settings.fixed) && { interval: uncertainty.constant(name) }),
    identified: !fit.unidentified.includes(name),
    description,
  }));
  const predictions = settings.predict.map((inputs) => ({
    inputs,
    value: fit.predict(inputs),
    ...(of && { interval: of((constants) => fit.law.predict(constants, inputs)) }),
  }));
  const budgets = settings.budgets.map((budget) => ({
    budget,
    ...allocationOf(fit.parameters, budget),
    ...(of && { intervals: intervalsOf(of, budget) }),
  }));
  return {
    constants,
    ...(fit.identifiable ? { predictions, budgets } : { predictions: [], budgets: [] }),
    ...(uncertainty && { interval: uncertainty.method }),
    warnings: [...fit.warnings, ...(uncertainty?.warnings ?? [])],
  };
}

function intervalsOf(of: NonNullable<Uncertainty['of']>, budget: number): BudgetAdvice['intervals'] {
  const interval = (key: 'N' | 'D' | 'loss' | 'tokensPerParameter') =>
    of((constants) => allocationOf(constants, budget)[key]);
  return {
    N: interval('N'),
    D: interval('D'),
    loss: interval('loss'),
    tokensPerParameter: interval('tokensPerParameter'),
  };
}
