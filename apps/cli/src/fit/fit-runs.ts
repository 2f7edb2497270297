import type { Table } from '@surprisal/data/tables';
import { type ScalingFit, allocate } from '@surprisal/scaling-laws';
import { UsageError } from '../exit.js';
import { type ChosenLaw, prepareRuns } from './prepare.js';
import type { BudgetAdvice, FitReport } from './report.js';
import type { FitSettings } from './settings.js';

/** Fits a law to a table of runs. */
export function fitRuns(chosen: ChosenLaw, table: Table, settings: FitSettings): FitReport {
  const { law, formula, params } = chosen;
  const { columns, runs, duplicates } = prepareRuns(law, table, settings.columns);
  const fit = law.fit(runs, { columns, fixed: settings.fixed, dropTop: settings.dropTop });
  return {
    table: { name: table.name, rows: table.length, duplicates },
    law: { name: law.method, params },
    formula,
    columns,
    warnings: fit.warnings,
    fit,
    ...sayings(fit, settings),
  };
}

/** What a fit says when asked: constants, predictions, budgets. None but the constants where the runs do not tell the law. */
export function sayings(
  fit: ScalingFit,
  { predict, budgets }: FitSettings,
): Pick<FitReport, 'constants' | 'predictions' | 'budgets'> {
  const constants = fit.law.parameters.map(({ name, description }) => ({
    name,
    value: fit.parameters[name]!,
    identified: !fit.unidentified.includes(name),
    description,
  }));
  const predictions = predict.map((inputs) => ({ inputs, value: fit.predict(inputs) }));
  const advice = budgets.map((budget) => adviceOf(fit, budget));
  return fit.identifiable ? { constants, predictions, budgets: advice } : { constants, predictions: [], budgets: [] };
}

function adviceOf({ law, parameters }: ScalingFit, budget: number): BudgetAdvice {
  const { A, B, E, alpha, beta } = parameters as Record<string, number | undefined>;
  if ([A, B, E, alpha, beta].includes(undefined))
    throw new UsageError(
      `--budget needs a law with the constants E, A, B, alpha, beta, such as chinchilla; ${law.method} has others`,
    );
  return { budget, ...allocate({ A: A!, B: B!, E: E!, alpha: alpha!, beta: beta! }, budget) };
}
