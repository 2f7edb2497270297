import { useEngine } from '@surprisal/core/tensor';
import { jensenShannon, kullbackLeibler, reverseKullbackLeibler, totalVariation } from '@surprisal/divergences';
import type { Chart } from '../../src/charts/chart.js';

/** Divergences of a fair coin from coins of all kinds. */
export async function coinDivergences(): Promise<Chart> {
  await useEngine('cpu');
  const heads = Array.from({ length: 201 }, (_, i) => i / 200);
  const q = heads.map((x) => [x, 1 - x]);
  const p = heads.map(() => [0.5, 0.5]);
  const divergences = [
    ['Kullback-Leibler', kullbackLeibler()],
    ['the other way round', reverseKullbackLeibler()],
    ['Jensen-Shannon', jensenShannon()],
    ['total variation', totalVariation()],
  ] as const;
  return {
    title: 'Divergences of a fair coin',
    x: { name: 'Q’s probability of heads', max: 1 },
    y: { name: 'nats; a number for total variation', max: 1.5 },
    series: divergences.map(([key, divergence]) => {
      const values = divergence(p, q).dataSync();
      return { key, points: heads.map((x, i) => ({ x, y: values[i]! })).filter(({ y }) => y < 3) };
    }),
    marks: false,
    text: 'all 0 at 0.5; towards 0 and 1 Kullback-Leibler grows without end, the other way round it ends at 0.693, Jensen-Shannon at 0.216, total variation at 0.5',
  };
}
