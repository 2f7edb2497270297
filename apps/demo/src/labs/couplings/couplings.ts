import {
  type Joint,
  bottleneckCoupling,
  exactMinimumEntropyCoupling,
  minimumEntropyCoupling,
} from '@surprisal/divergences/couplings';
import { denseCoupling, optimalTransport } from '@surprisal/divergences/transport';
import type { Chosen } from '../../lab/chosen.js';
import type { Distribution } from '../../lab/distribution.js';
import type { CouplingName } from './settings.js';

type Couple = (x: number[], y: number[], params: Chosen['params']) => Joint;

const make: Readonly<Record<CouplingName, Couple>> = {
  greedy: (x, y) => minimumEntropyCoupling(x, y),
  exact: (x, y) => exactMinimumEntropyCoupling(x, y),
  bottleneck: (x, y, { rate = 1, encoder = 'ebim' }) =>
    bottleneckCoupling(x, y, Number(rate), { encoder: encoder as 'ebim' | 'uniform' }),
  'least-transport': (x, y) => {
    const { plan } = optimalTransport(
      x,
      y,
      x.map((_, i) => y.map((__, j) => (i - j) ** 2)),
    );
    const { data } = denseCoupling(plan, x.length, y.length);
    return x.map((_, i) => data.slice(i * y.length, (i + 1) * y.length));
  },
  independent: (x, y) => x.map((p) => Float64Array.from(y, (q) => p * q)),
};

/** The joint distribution of two marginals that a coupling makes. */
export const couple = ({ name, params }: Chosen, x: Distribution, y: Distribution): Joint =>
  make[name as CouplingName]([...x], [...y], params);
