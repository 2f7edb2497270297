import { useEngine } from '@surprisal/core/tensor';
import { compSum } from '@surprisal/losses';
import { View, parse } from 'vega';
import { compile } from 'vega-lite';
import type { Plugin } from 'vite';
import type { Chart } from '../src/charts/chart.js';
import { summary } from '../src/charts/numbers.js';
import { lineSpec } from '../src/charts/spec.js';
import { pageTheme } from '../src/charts/theme.js';
import { curveLogits, probabilities } from '../src/labs/loss/curve.js';

/** Puts a figure of the comp-sum losses into the page, drawn from the losses themselves: it can be read without scripts. */
export function staticFigure(): Plugin {
  return {
    name: 'static-figure',
    async transformIndexHtml(html) {
      await useEngine('cpu');
      const chart = compSumLosses([0.5, 1, 1.5, 2]);
      const spec = { ...lineSpec(chart), width: 400, height: 320 };
      const view = new View(parse(compile(spec, { config: pageTheme }).spec), { renderer: 'none' });
      const svg = (await view.toSVG()).replaceAll(/(?<=id="|#)clip/g, 'static-clip'); // the page's own charts number theirs from 0 too
      view.finalize();
      const label = `${chart.title}: ${summary(chart)}`;
      return html.replace('<!-- figure -->', `<div class="picture" role="img" aria-label="${label}">${svg}</div>`);
    },
  };
}

const compSumLosses = (taus: readonly number[]): Chart => ({
  title: 'Comp-sum losses',
  x: 'probability of the labelled class',
  y: 'loss (nats)',
  series: taus.map((tau) => {
    const labels = curveLogits.map(() => 0);
    const losses = compSum({ tau })(curveLogits, labels).dataSync();
    return { key: `τ = ${tau}`, points: probabilities.map((x, i) => ({ x, y: losses[i]! })) };
  }),
  xMax: 1,
  yMax: 5,
  marks: false,
  rule: 0.1,
});
