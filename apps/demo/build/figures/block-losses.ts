import { blockLoss, switching } from '@surprisal/language';
import type { Chart } from '../../src/charts/chart.js';

const LONGEST = 12;

/** What blocks of r symbols of switching sources lose, exactly. */
export function blockLosses(): Chart {
  const sources = [1, 2, 4].map((k) => ({ k, source: switching({ k, p: 0.95, q: 0.95 }) }));
  const { entropyRate } = sources[0]!.source;
  return {
    title: 'Loss of blocks of symbols',
    x: { name: 'symbols in a block', min: 1, max: LONGEST },
    y: { name: 'nats per symbol', max: 0.8 },
    series: sources.map(({ k, source }) => ({
      key: `k = ${k}`,
      points: Array.from({ length: LONGEST }, (_, i) => ({ x: i + 1, y: blockLoss(source, i + 1) })),
    })),
    levels: [{ y: entropyRate, name: `entropy rate: ${entropyRate.toFixed(3)}`, below: true }],
    marks: false,
  };
}
