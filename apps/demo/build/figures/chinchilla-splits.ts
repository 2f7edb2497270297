import { allocate, chinchilla } from '@surprisal/scaling-laws';
import type { Chart } from '../../src/charts/chart.js';

const FLOPS = 6;
const LEAST = 1e8;
const MOST = 1e12;

/** Loss against size at three budgets, under the constants of the re-analysis. */
export function chinchillaSplits(): Chart {
  const law = chinchilla();
  const constants = law.published.epoch!;
  const sizes = Array.from({ length: 81 }, (_, i) => LEAST * (MOST / LEAST) ** (i / 80));
  return {
    title: 'Loss of splits of a budget',
    x: { name: 'parameters', log: true, min: LEAST, max: MOST },
    y: { name: 'loss (nats per token)', min: 1.8, max: 3 },
    series: [21, 22.5, 24].map((power) => {
      const compute = 10 ** power;
      const { N } = allocate(constants, compute);
      const all = [...sizes, N].sort((a, b) => a - b);
      const loss = all.map((size) => law.predict(constants, { N: size, D: compute / (FLOPS * size) }));
      return {
        key: `10^${power} FLOP`,
        name: `10^${power} FLOP: best at ${N.toExponential(1).replace('e+', 'e')} parameters`,
        points: all.map((x, i) => ({ x, y: loss[i]! })),
      };
    }),
    marks: false,
  };
}
