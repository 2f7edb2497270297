// Puts the results of a run into the bench's README: npm run bench -- --json FILE, then node tools/bench/save.mjs FILE.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { tableOf } from './report.mjs';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('save: the file that npm run bench -- --json FILE wrote must be named');
  process.exit(2);
}
const { date, machine, quick, results } = JSON.parse(readFileSync(file, 'utf8'));
const run = `${date}, ${machine}${quick ? ', quick: shorter and noisier' : ''}`;
const tables = [run, ...results.map(tableOf)].join('\n\n');

const readme = join(import.meta.dirname, 'README.md');
const text = readFileSync(readme, 'utf8').replace(
  /<!-- results -->[^]*<!-- \/results -->/,
  () => `<!-- results -->\n\n${tables}\n\n<!-- /results -->`,
);
writeFileSync(readme, await format(text, { ...(await resolveConfig(readme)), filepath: readme }));
