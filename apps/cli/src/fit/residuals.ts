import { type PlotEvent, plot } from '@surprisal/core';
import type { ScalingFit } from '@surprisal/scaling-laws';

/** How far each run lies from the law, over what the law predicts. */
export function residualPlot({ law, residuals, runs }: ScalingFit, name: string): PlotEvent {
  const { name: output, unit } = law.output;
  const losses = runs[output]!;
  const values = Array.from(residuals, (residual, row) => ({
    ...Object.fromEntries(Object.entries(runs).map(([column, cells]) => [column, cells[row]!])),
    predicted: losses[row]! * Math.exp(-residual),
    percent: 100 * Math.expm1(residual),
  }));
  return plot({
    name: 'residuals',
    caption: 'measured against predicted, in percent, by prediction',
    spec: {
      title: `${law.method} on ${name}: residuals`,
      width: 480,
      height: 280,
      data: { values },
      layer: [
        {
          mark: { type: 'point', filled: true, tooltip: true },
          encoding: {
            x: {
              field: 'predicted',
              type: 'quantitative',
              title: `predicted ${output} (${unit})`,
              scale: { zero: false },
            },
            y: { field: 'percent', type: 'quantitative', title: 'measured above predicted (%)' },
          },
        },
        { mark: { type: 'rule', strokeDash: [4, 4] }, encoding: { y: { datum: 0 } } },
      ],
    },
  });
}
