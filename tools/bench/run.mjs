// npm run bench [-- SUITE...] [--quick] [--save]: our code and its peers in one run, as ratios.
import { cpus } from 'node:os';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { tableOf } from './report.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const known = readdirSync(join(here, 'suites')).map((file) => file.replace(/\.mjs$/, ''));
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const mistaken = [
  ...wanted.filter((name) => !known.includes(name)),
  ...flags.filter((flag) => !['--quick', '--save'].includes(flag)),
];
if (mistaken.length > 0) {
  console.error(`bench: unknown ${mistaken.join(', ')}: expected suites among ${known.join(', ')}, --quick, --save`);
  process.exit(2);
}

const machine = `${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.versions.node}`;
for (const name of wanted.length > 0 ? wanted : known) {
  const { title, run } = await import(`./suites/${name}.mjs`);
  console.log(`\n${title}\n${machine}${flags.includes('--quick') ? ' (quick: shorter, noisier)' : ''}\n`);
  const groups = [];
  for await (const group of run({ quick: flags.includes('--quick') })) {
    groups.push(tableOf(group));
    console.log(`${groups.at(-1)}\n`);
  }
  if (flags.includes('--save')) await save(name, [`# ${title}`, `${new Date().toISOString().slice(0, 10)}, ${machine}`, ...groups]);
}

async function save(name, parts) {
  const file = join(here, 'results', `${name}.md`);
  writeFileSync(file, await format(parts.join('\n\n'), { ...(await resolveConfig(file)), filepath: file }));
}
