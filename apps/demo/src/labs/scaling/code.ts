import { argumentOf, callOf, factoryOf, quoted } from '../../lab/chosen.js';
import { OWN, type ScalingState } from './settings.js';

/** The calls of the library that fit as the lab does. @param file the name of the visitor's own table */
export function codeOf({ table, law, columns, dropTop, resamples, seed }: ScalingState, file = 'runs.csv'): string {
  const own = table === OWN;
  const options = [
    ...(Object.keys(columns).length > 0 ? [`columns: ${JSON.stringify(columns)}`] : []),
    ...(dropTop > 0 ? [`dropTop: ${dropTop}`] : []),
  ];
  const intervals = resamples > 1;
  return [
    own ? `import { readFile } from 'node:fs/promises';` : `import { nodeData } from '@surprisal/data/node';`,
    ...(own ? [`import { readTable } from '@surprisal/data/tables';`] : []),
    `import { ${[...(intervals ? ['bootstrap'] : []), factoryOf(law.name)].join(', ')} } from '@surprisal/scaling-laws';`,
    '',
    own
      ? `const { columns: runs } = await readTable(await readFile(${JSON.stringify(file)}), { name: ${JSON.stringify(file)} });`
      : `const { N, C, loss } = await nodeData('${table}');\nconst runs = { N, C, loss };`,
    `const fit = ${callOf(law)}.fit(runs${options.length > 0 ? `, { ${options.join(', ')} }` : ''});`,
    `console.log(fit.parameters, fit.warnings);`,
    ...(intervals
      ? [
          `const { interval } = bootstrap(fit, { resamples: ${resamples}, seed: ${seed} });`,
          `for (const { name } of fit.law.parameters) console.log(name, interval(name));`,
        ]
      : []),
  ].join('\n');
}

/** The command that fits as the lab does. */
export function commandOf(
  { table, law, columns, dropTop, resamples, seed, budget }: ScalingState,
  file = 'runs.csv',
): string {
  const map = Object.entries(columns).map((pair) => pair.join('='));
  return [
    `surprisal fit ${quoted(table === OWN ? file : table)} --law ${argumentOf(law)}`,
    ...(map.length > 0 ? [`--columns ${quoted(map.join(','))}`] : []),
    ...(dropTop > 0 ? [`--drop-top ${dropTop}`] : []),
    ...(resamples > 1 ? [`--bootstrap ${resamples} --seed ${seed}`] : []),
    `--budget ${(10 ** budget).toExponential(3).replace('e+', 'e')}`,
  ].join(' ');
}
