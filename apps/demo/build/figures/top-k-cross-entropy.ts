import { ZipfLaw } from '@surprisal/decoding';
import type { Chart } from '../../src/charts/chart.js';

const TOKENS = 50_000;
const K = 40;

/** What top-k sampling from Zipf laws costs: the same k, and quite another surprise. */
export function topKCrossEntropy(): Chart {
  const ks = [...new Set([K, ...Array.from({ length: 81 }, (_, i) => Math.round(10 ** (i / 27)))])].sort(
    (a, b) => a - b,
  );
  return {
    title: 'Cross-entropy of top-k sampling',
    x: { name: 'k', log: true, max: 1000 },
    y: { name: 'bits per token' },
    series: [0.9, 1.1, 1.4].map((exponent) => {
      const law = new ZipfLaw(exponent, TOKENS);
      return {
        key: `s = ${exponent}`,
        name: `Zipf exponent ${exponent}`,
        points: ks.map((x) => ({ x, y: law.topKCrossEntropy(x) })),
      };
    }),
    marks: false,
    rule: K,
  };
}
