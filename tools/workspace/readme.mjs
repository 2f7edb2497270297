// Writes the tables of packages, methods, studies and papers between their markers, from the packages' own metadata; --check only looks.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cite, createRegistry, describeParams, papers, rangeOf } from '../../packages/core/dist/index.js';
import { discoverPlugins } from '../../packages/core/dist/discovery.js';
import { format, resolveConfig } from 'prettier';
import { root } from './steps.mjs';

const row = (...cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head, rows) => [row(...head), row(...head.map(() => '---')), ...rows].join('\n');
const link = (paper) => (paper ? `[${cite(paper)}](https://arxiv.org/abs/${paper.arxiv})` : '');

function packagesTable(folders, plugins) {
  const rows = folders.map(({ path, manifest }) => {
    const plugin = plugins.get(manifest.name);
    const methods = plugin?.methods.map(({ info }) => `\`${info.name}\``).join(', ') ?? '';
    const studies = plugin?.studies.map(({ name }) => `\`${name}\``).join(', ') ?? '';
    return row(
      `[${manifest.name}](${path}/README.md)`,
      manifest.description,
      [methods, studies && `studies: ${studies}`].filter(Boolean).join('; '),
    );
  });
  return table(['package', 'what it is', 'methods'], rows);
}

function methodsTable(plugin) {
  const params = (schema) =>
    describeParams(schema).map(
      (param) =>
        `\`${param.name}\` = ${JSON.stringify(param.default)}${rangeOf(param) ? ` (${rangeOf(param)})` : ''}: ${param.description}`,
    );
  const rows = plugin.methods.map(({ info }) =>
    row(`\`${info.name}\``, info.kind, info.summary, params(info.params).join('<br>') || 'none', link(info.paper)),
  );
  return table(['method', 'kind', 'what it is', 'parameters', 'paper'], rows);
}

function studiesTable({ studies }) {
  const rows = studies.map(({ name, summary, paper, host }) =>
    row(`\`${name}\``, summary, host ? 'none' : 'a tensor engine', link(paper)),
  );
  return table(['study', 'what it measures', 'needs', 'paper'], rows);
}

const tablesOf = (plugin) => ({
  ...(plugin.methods.length > 0 && { methods: methodsTable(plugin) }),
  ...(plugin.studies.length > 0 && { studies: studiesTable(plugin) }),
});

function papersTable(registry) {
  const rows = papers.map((paper) => {
    const methods = registry.methods().filter(({ info }) => info.paper === paper);
    const studies = registry.studies.filter((study) => study.paper === paper);
    const state = [
      ...methods.map(({ info }) => `\`${info.name}\``),
      ...studies.map(({ name }) => `study \`${name}\``),
    ].join(', ');
    return row(
      paper.number,
      `[${paper.title}](https://arxiv.org/abs/${paper.arxiv})`,
      cite(paper),
      paper.packages.map((name) => `\`${name}\``).join(', '),
      state || 'planned',
    );
  });
  return table(['no.', 'paper', 'source', 'packages', 'here'], rows);
}

const [ignoreStart, ignoreEnd] = ['start', 'end'].map((edge) => `<!-- prettier-ignore-${edge} -->`);

/** Puts tables between `<!-- NAME -->` and `<!-- /NAME -->`, as they are: padded to their widest cells, few could read the file. */
async function fill(file, tables) {
  const before = readFileSync(file, 'utf8');
  const filled = Object.entries(tables).reduce((text, [name, table]) => {
    const pattern = new RegExp(`(<!-- ${name} -->)[^]*(<!-- /${name} -->)`);
    if (!pattern.test(text))
      throw new Error(`${relative(root, file)}: the markers <!-- ${name} --> and <!-- /${name} --> are missing`);
    return text.replace(pattern, (_, begin, end) => [begin, ignoreStart, table, ignoreEnd, end].join('\n\n'));
  }, before);
  const after = await format(filled, { ...(await resolveConfig(file)), filepath: file });
  return { file, stale: after !== before, after };
}

const folders = ['packages', 'apps']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
  .filter((path) => existsSync(join(root, path, 'package.json')))
  .map((path) => ({ path, manifest: JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) }));
const discovered = (await discoverPlugins(...folders.map(({ path }) => join(root, path)))).filter(
  ({ plugin }) => plugin,
);
const plugins = new Map(discovered.map((entry) => [entry.package, entry.plugin]));
const registry = createRegistry([...plugins.values()]);

const files = await Promise.all([
  fill(join(root, 'README.md'), { packages: packagesTable(folders, plugins) }),
  fill(join(root, 'docs/papers.md'), { papers: papersTable(registry) }),
  ...folders
    .filter(({ manifest }) => plugins.has(manifest.name))
    .map(({ path, manifest }) => fill(join(root, path, 'README.md'), tablesOf(plugins.get(manifest.name)))),
]);
const stale = files.filter((file) => file.stale);
if (process.argv.includes('--check')) {
  for (const { file } of stale) console.log(`${relative(root, file)} is stale: run npm run readme`);
  process.exit(stale.length === 0 ? 0 : 1);
}
for (const { file, after } of stale) writeFileSync(file, after);
console.log(`${stale.length} of ${files.length} files written`);
