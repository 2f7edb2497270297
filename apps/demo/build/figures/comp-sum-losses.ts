import { useEngine } from '@surprisal/core/tensor';
import { compSum } from '@surprisal/losses';
import type { Chart } from '../../src/charts/chart.js';
import { curveLogits, probabilities } from '../../src/labs/loss/curve.js';

/** Four members of the family of comp-sum losses. */
export async function compSumLosses(): Promise<Chart> {
  await useEngine('cpu');
  const labels = curveLogits.map(() => 0);
  return {
    title: 'Comp-sum losses',
    x: { name: 'probability of the labelled class', max: 1 },
    y: { name: 'loss (nats)', max: 5 },
    series: [0.5, 1, 1.5, 2].map((tau) => {
      const losses = compSum({ tau })(curveLogits, labels).dataSync();
      return { key: `τ = ${tau}`, points: probabilities.map((x, i) => ({ x, y: losses[i]! })) };
    }),
    marks: false,
    rule: 0.1,
  };
}
