import type { Output } from '../output.js';
import { printChart } from '../terminal/chart.js';
import { layout } from '../terminal/table.js';
import { showColumns } from './match.js';
import { showAmount, showInterval, showNumber } from './numbers.js';
import type { FitReport, IntervalMethod } from './report.js';
import { residualPlot } from './residuals.js';

/** Shows a fit to people. Where the runs do not tell the law, it says so first, and gives no number to rely on. */
export function showFit(output: Output, report: FitReport): void {
  const { fit, formula, table, columns } = report;
  const { bold, dim } = output.colors;
  output.print(`${bold(fit.law.method)}${output.ascii ? '' : `  ${formula}`}`);
  const left = table.rows - fit.n;
  const facts = [
    `${fit.n} ${report.curves ? 'points' : 'runs'} of ${table.name}`,
    ...(left > 0 ? [`${left} left out`] : []),
    ...(report.curves ? [] : [`columns ${showColumns(fit.law, columns)}`]),
    ...derivations(report),
  ];
  output.print(dim(facts.join(', ')));
  showWarnings(output, report);
  showConstants(output, report);
  showQuality(output, report);
  showPredictions(output, report);
  showBudgets(output, report);
  showSchedules(output, report);
  printChart(output, report.curves?.plot ?? residualPlot(fit, table.name), { smooth: false });
}

/** Columns that were computed from others. */
const derivations = ({ fit, columns }: FitReport): string[] =>
  fit.law.inputs.flatMap(({ name, derived }) => (derived && columns[name] === undefined ? derived.formula : []));

function showWarnings(output: Output, { fit, warnings, table }: FitReport): void {
  const { red, yellow } = output.colors;
  if (!fit.identifiable) {
    const names = fit.unidentified.join(', ');
    output.print(
      red(
        `\nnot identifiable: these runs do not tell ${names}; no value of ${names} and no prediction below is to be relied on`,
      ),
    );
  }
  const { duplicates } = table;
  const repeated = `rows that repeat another one in these columns: ${duplicates}; each counts as a run of its own`;
  for (const warning of [...(duplicates > 0 ? [repeated] : []), ...warnings])
    output.print(yellow(`${output.ascii ? '!' : '⚠'} ${warning}`));
}

function showConstants(output: Output, { constants, interval }: FitReport): void {
  const head = ['constant', 'value', ...(interval ? [titleOf(interval)] : []), 'what it is'];
  const rows = constants.map(({ name, value, interval: bounds, identified, description }) => [
    name,
    identified ? showNumber(value) : 'not told',
    ...(interval ? [bounds && identified ? showInterval(bounds) : ''] : []),
    description,
  ]);
  output.print('');
  for (const line of layout(head, rows, [false, true])) output.print(line);
  if (interval) output.print(output.colors.dim(`intervals: ${methodOf(interval)}`));
}

const titleOf = ({ coverage }: IntervalMethod) => `${Number((100 * coverage).toPrecision(4))}% interval`;

const methodOf = ({ method, resamples, seed, of }: IntervalMethod) =>
  method === 'profile'
    ? 'the objective along each constant'
    : `bootstrap over ${of === 'blocks' ? 'blocks of neighbouring points' : 'runs'}, ${resamples} resamples, seed ${seed}`;

function showQuality(output: Output, { fit, heldOut, law }: FitReport): void {
  const { output: column } = fit.law;
  const { loss = 'huber-log', reduction = 'sum' } = law.params as { loss?: string; reduction?: string };
  output.print('');
  output.print(
    `objective ${showNumber(fit.objective)} (${loss}, ${reduction} over runs)   rmse ${showNumber(fit.rmse)} ${column.unit}   R2 ${fit.r2.toFixed(4)}   n ${fit.n}`,
  );
  output.print(output.colors.dim(`${fit.agreeing} of the best of ${fit.starts} starts end there`));
  if (!heldOut) return;
  const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
  const { rows, by, relativeError, baselines } = heldOut;
  output.print(
    `held out: the ${rows} runs of the largest ${by} are predicted within ${percent(relativeError)} (a straight line in logarithms: ${percent(baselines.logLinear)}; the last loss: ${percent(baselines.lastLoss)})`,
  );
}

function showPredictions(output: Output, { fit, predictions, interval }: FitReport): void {
  if (predictions.length === 0) return;
  const { inputs, output: column } = fit.law;
  const names = [...new Set(predictions.flatMap(({ inputs: given }) => Object.keys(given)))];
  const unitOf = (name: string) => inputs.find((input) => input.name === name)?.unit ?? '';
  const head = [...names, `${column.name} (${column.unit})`, ...(interval?.resamples ? [titleOf(interval)] : [])];
  const rows = predictions.map((prediction) => [
    ...names.map((name) => showAmount(prediction.inputs[name]!, unitOf(name))),
    showNumber(prediction.value),
    ...(interval?.resamples ? [prediction.interval ? showInterval(prediction.interval) : ''] : []),
  ]);
  output.print(`\n${output.colors.bold('predictions')}`);
  for (const line of layout(head, rows, [...names.map(() => true), true])) output.print(line);
}

function showBudgets(output: Output, { fit, budgets, interval }: FitReport): void {
  if (budgets.length === 0) return;
  const amount = (unit: string) => (value: number) => showAmount(value, unit);
  const columns = [
    { key: 'N', title: 'parameters', show: amount('parameters') },
    { key: 'D', title: 'tokens', show: amount('tokens') },
    { key: 'tokensPerParameter', title: 'tokens/parameter', show: (value: number) => showNumber(value, 3) },
    { key: 'loss', title: `loss (${fit.law.output.unit})`, show: (value: number) => showNumber(value) },
  ] as const;
  const head = ['FLOP', ...columns.map(({ title }) => title)];
  const rows = budgets.flatMap((advice) => [
    [advice.budget.toExponential(), ...columns.map(({ key, show }) => show(advice[key]))],
    ...(advice.intervals ? [['', ...columns.map(({ key, show }) => showInterval(advice.intervals![key]!, show))]] : []),
  ]);
  output.print(`\n${output.colors.bold('best use of a budget')}  ${output.colors.dim('C = 6 N D')}`);
  for (const line of layout(
    head,
    rows,
    head.map(() => true),
  ))
    output.print(line);
  if (budgets.some(({ intervals }) => intervals)) output.print(output.colors.dim(`below each: ${titleOf(interval!)}`));
}

function showSchedules(output: Output, { curves, interval }: FitReport): void {
  if (!curves) return;
  const rows = curves.schedules.map(
    ({ name, fitted, points, meanRelativeError, finalLoss, interval: bounds, doubtful }) => [
      name,
      fitted ? 'fitted' : 'predicted',
      points > 0 ? String(points) : '',
      meanRelativeError === undefined ? '' : `${(100 * meanRelativeError).toFixed(2)}%`,
      showNumber(finalLoss),
      ...(interval?.resamples ? [bounds ? showInterval(bounds) : ''] : []),
      doubtful ? 'doubtful: the last rate is 0, or the loss below 0' : '',
    ],
  );
  const head = [
    'curve',
    '',
    'points',
    'mean error',
    'final loss',
    ...(interval?.resamples ? [titleOf(interval)] : []),
    '',
  ];
  output.print(
    `\n${output.colors.bold('schedules')}  ${output.colors.dim(`lambda ${curves.lambda}, warm-up of ${curves.warmup} steps counted as ${curves.warmupAs}`)}`,
  );
  for (const line of layout(head, rows, [false, false, true, true, true])) output.print(line);
}

/** What `--json` says of a fit. */
export function jsonOf({ fit, curves, ...report }: FitReport): Record<string, unknown> {
  const { objective, rmse, r2, n, identifiable, unidentified, starts, agreeing } = fit;
  return {
    ...report,
    ...(curves && { curves: { ...curves, plot: undefined } }),
    output: { name: fit.law.output.name, unit: fit.law.output.unit },
    inputs: fit.law.inputs.map(({ name, unit }) => ({ name, unit })),
    objective,
    rmse,
    r2,
    n,
    identifiable,
    unidentified,
    starts,
    agreeing,
  };
}
