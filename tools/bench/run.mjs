// npm run bench [-- --only NAME --json FILE --quick]: our code and its peers in one run, as ratios.
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tableOf } from './report.mjs';

const suites = join(dirname(fileURLToPath(import.meta.url)), 'suites');
const known = readdirSync(suites).map((file) => file.replace(/\.mjs$/, ''));

/** Ends with one line that says what was expected. */
function refuse(message) {
  console.error(`bench: ${message}`);
  process.exit(2);
}

function readOptions() {
  try {
    const options = { only: { type: 'string', multiple: true }, json: { type: 'string' }, quick: { type: 'boolean' } };
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(`${error.message.split('.')[0]}: expected --only NAME, --json FILE, --quick`);
  }
}

const { only = known, json, quick = false } = readOptions();
const unknown = only.find((name) => !known.includes(name));
if (unknown) refuse(`unknown suite "${unknown}": expected one of ${known.join(', ')}`);

const machine = `${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.versions.node}`;
console.log(`${machine}${quick ? ', quick: shorter and noisier' : ''}`);
const results = [];
for (const name of only) {
  const { run } = await import(`./suites/${name}.mjs`);
  for await (const group of run({ quick })) {
    results.push({ suite: name, ...group });
    console.log(`\n${tableOf(group)}`);
  }
}
if (json) {
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(json, `${JSON.stringify({ version: 1, date, machine, quick, results }, null, 2)}\n`);
}
