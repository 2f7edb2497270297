// Puts the results of a run into the READMEs: npm run bench -- --json FILE, then node tools/bench/save.mjs FILE.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ratiosOf, tableOf } from './report.mjs';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('save: the file that npm run bench -- --json FILE wrote must be named');
  process.exit(2);
}
const { date, machine, quick, results } = JSON.parse(readFileSync(file, 'utf8'));
const run = `${date}, ${machine}${quick ? ', quick: shorter and noisier' : ''}`;

/** Replaces what stands between the marks `<!-- results: NAME -->` of a README; what the run did not measure stays. */
async function put(readme, name, paragraphs) {
  const path = join(import.meta.dirname, readme);
  const [begin, end] = [`<!-- results: ${name} -->`, `<!-- /results: ${name} -->`];
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`${readme}: expected the marks ${begin} and ${end}; add them where the results shall stand`);
  const replaced = [text.slice(0, from) + begin, ...paragraphs, text.slice(to)].join('\n\n');
  writeFileSync(path, await format(replaced, { ...(await resolveConfig(path)), filepath: path }));
}

for (const suite of new Set(results.map(({ suite }) => suite))) {
  const groups = results.filter((group) => group.suite === suite);
  await put('README.md', suite, [`${run}.`, ...groups.map(tableOf)]);
  if (suite === 'engine') await put('../../README.md', suite, [ratiosOf(groups), `${run}.`]);
}
