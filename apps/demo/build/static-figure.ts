import { View, parse } from 'vega';
import { compile } from 'vega-lite';
import type { Plugin } from 'vite';
import type { Chart } from '../src/charts/chart.js';
import { summary } from '../src/charts/numbers.js';
import { lineSpec } from '../src/charts/spec.js';
import { pageTheme } from '../src/charts/theme.js';
import { InTurn } from '../src/lab/in-turn.js';
import { batchSizes } from './figures/batch-sizes.js';
import { blockLosses } from './figures/block-losses.js';
import { chinchillaSplits } from './figures/chinchilla-splits.js';
import { coinDivergences } from './figures/coin-divergences.js';
import { compSumLosses } from './figures/comp-sum-losses.js';
import { couplingRates } from './figures/coupling-rates.js';
import { topKCrossEntropy } from './figures/top-k-cross-entropy.js';

/** The figures that pages name by `<!-- figure: NAME -->`. */
const figures: Readonly<Record<string, () => Chart | Promise<Chart>>> = {
  batchSizes,
  blockLosses,
  chinchillaSplits,
  coinDivergences,
  compSumLosses,
  couplingRates,
  topKCrossEntropy,
};

const FIGURE = /<!-- figure: (\w+) -->/;

/** Puts a figure into the page, computed by the packages themselves: it can be read without scripts. */
export function staticFigure(): Plugin {
  const turns = new InTurn(); // each has its engine
  return {
    name: 'static-figure',
    async transformIndexHtml(html) {
      const [place, name = ''] = FIGURE.exec(html) ?? [];
      if (place === undefined) return html;
      const chart = await turns.do(figures[name]!);
      const label = `${chart.title}: ${summary(chart)}`;
      return html.replace(place, `<div class="picture" role="img" aria-label="${label}">${await drawn(chart)}</div>`);
    },
  };
}

async function drawn(chart: Chart): Promise<string> {
  const spec = { ...lineSpec(chart), width: 400, height: 320 };
  const view = new View(parse(compile(spec, { config: pageTheme }).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg.replaceAll(/(?<=id="|#)clip/g, 'static-clip'); // the page's own charts number theirs from 0 too
}
