import { argumentOf } from '../../lab/chosen.js';
import { digitsOf } from '../../lab/distribution.js';
import { type DivergenceState, kinds } from './settings.js';

/** The calls of the library that measure as the lab does. */
export function codeOf(state: DivergenceState): string {
  const params = Object.fromEntries(
    kinds.flatMap((kind) => Object.entries(state[kind]).map(([name, given]) => [`${kind}/${name}`, given])),
  );
  return [
    `import plugin from '@surprisal/divergences/plugin';`,
    '',
    `const p = [${digitsOf(state.p).join(', ')}];`,
    `const q = [${digitsOf(state.q).join(', ')}];`,
    `const params = ${JSON.stringify(params)};`,
    `const places = p.map((_, i) => i + 1);`,
    `const gaussian = (weights) => {`,
    `  const mean = weights.reduce((sum, weight, i) => sum + weight * places[i], 0);`,
    `  return { mean, covariance: weights.reduce((sum, weight, i) => sum + weight * (places[i] - mean) ** 2, 0) };`,
    `};`,
    `const values = {`,
    `  divergence: (divergence) => divergence(p, q).dataSync()[0],`,
    `  'sample-divergence': (divergence) => divergence(places, places, { weights: { x: p, y: q } }),`,
    `  'gaussian-divergence': (divergence) => divergence(gaussian(p), gaussian(q)),`,
    `};`,
    `for (const method of plugin.methods) {`,
    `  const { kind, name } = method.info;`,
    `  const divergence = method(params[\`\${kind}/\${name}\`] ?? {});`,
    `  console.log(kind, name, values[kind](divergence), divergence.unit);`,
    `}`,
  ].join('\n');
}

/** The commands that measure the same distributions in a terminal: all divergences, and those whose parameters are not the defaults. */
export function commandOf({ p, q, divergence }: DivergenceState): string {
  const chosen = Object.entries(divergence).map(([name, params]) => argumentOf({ name, params }));
  return [
    `echo ${digitsOf(p).join(',')} > p.csv`,
    `echo ${digitsOf(q).join(',')} > q.csv`,
    `surprisal divergence p.csv q.csv --all`,
    ...(chosen.length > 0 ? [`surprisal divergence p.csv q.csv ${chosen.join(' ')}`] : []),
  ].join('\n');
}
