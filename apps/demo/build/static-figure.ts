import { useEngine } from '@surprisal/core/tensor';
import { compSum } from '@surprisal/losses';
import type { Plugin } from 'vite';
import { chartSvg } from '../src/charts/chart.js';
import { curveLogits, probabilities } from '../src/lab/curve.js';

/** Puts a figure of the comp-sum losses into the page, drawn from the losses themselves: it can be read without scripts. */
export function staticFigure(): Plugin {
  return {
    name: 'static-figure',
    async transformIndexHtml(html) {
      await useEngine('cpu');
      const series = [0.5, 1, 1.5, 2].map((tau) => {
        const losses = compSum({ tau })(
          curveLogits,
          curveLogits.map(() => 0),
        ).dataSync();
        return { name: `τ = ${tau}`, points: probabilities.map((x, i) => ({ x, y: losses[i]! })) };
      });
      const svg = chartSvg(
        {
          title: 'Comp-sum losses',
          x: 'probability of the true class',
          y: 'loss (nats)',
          series,
          yMax: 5,
          marks: false,
        },
        { width: 480, height: 300 },
      );
      return html.replace('<!-- figure -->', svg);
    },
  };
}
