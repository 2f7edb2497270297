import { digitsOf } from '../../lab/distribution.js';
import type { CouplingName, CouplingState } from './settings.js';

/** The calls of the library that couple as the lab does. */
export function codeOf({ x, y, coupling }: CouplingState): string {
  const { rate = 1, encoder = 'ebim' } = coupling.params;
  const calls: Record<CouplingName, string> = {
    greedy: 'minimumEntropyCoupling(x, y)',
    exact: 'exactMinimumEntropyCoupling(x, y)',
    bottleneck: `bottleneckCoupling(x, y, ${rate}, { encoder: '${encoder}' })`,
    'least-transport': 'rows(optimalTransport(x, y, x.map((_, i) => y.map((_, j) => (i - j) ** 2))).plan)',
    independent: 'x.map((p) => Float64Array.from(y, (q) => p * q))',
  };
  const call = calls[coupling.name as CouplingName];
  const isTransport = coupling.name === 'least-transport';
  const used = /^(\w+Coupling)\(/.exec(call)?.[1];
  return [
    `import { ${[used, 'jointEntropyBits', 'mutualInformationBits'].filter(Boolean).join(', ')} } from '@surprisal/divergences/couplings';`,
    ...(isTransport ? [`import { denseCoupling, optimalTransport } from '@surprisal/divergences/transport';`] : []),
    '',
    `const x = [${digitsOf(x).join(', ')}];`,
    `const y = [${digitsOf(y).join(', ')}];`,
    ...(isTransport
      ? [
          'const rows = (plan) => {',
          '  const { data } = denseCoupling(plan, x.length, y.length);',
          '  return x.map((_, i) => data.slice(i * y.length, (i + 1) * y.length));',
          '};',
        ]
      : []),
    `const joint = ${call};`,
    `console.table(joint.map((row) => Array.from(row)));`,
    `console.log(jointEntropyBits(joint), mutualInformationBits(joint));`,
  ].join('\n');
}

/** What the command has of couplings: the paper's claims, reproduced. */
export const commandOf = (): string => 'surprisal reproduce couplings --quick';
