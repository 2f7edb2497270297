import { bottleneckCoupling, mutualInformationBits } from '@surprisal/divergences/couplings';
import type { Chart } from '../../src/charts/chart.js';
import { fields } from '../../src/labs/couplings/settings.js';

/** What a bottleneck lets through, of the marginals that the lab begins with. */
export function couplingRates(): Chart {
  const [x, y] = [[...fields.x.initial], [...fields.y.initial]];
  const rates = Array.from({ length: 121 }, (_, i) => i / 50);
  const line = (encoder: 'ebim' | 'uniform') =>
    rates.map((rate) => ({ x: rate, y: mutualInformationBits(bottleneckCoupling(x, y, rate, { encoder })) }));
  return {
    title: 'Information through a bottleneck',
    x: { name: 'rate of the code (bits)', max: rates.at(-1)! },
    y: { name: 'information of X about Y (bits)', max: 2 },
    series: [
      { key: 'merged by greed', points: line('ebim') },
      { key: 'equal blocks', points: line('uniform') },
    ],
    marks: false,
    rule: 2,
  };
}
