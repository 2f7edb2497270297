import { fileURLToPath } from 'node:url';
import { formatFiles, generateFiles, updateJson } from '@nx/devkit';
import { addChangeset } from '../changeset.mjs';
import method from '../method/generator.mjs';
import { namesOf } from '../names.mjs';

const files = fileURLToPath(new URL('files', import.meta.url));

/** Makes a package with a kind of its own, a first method and a plugin, and lets the command and the demo bring it. */
export default async function plugin(tree, { name, kind = name.replace(/s$/, ''), method: first = 'first', summary }) {
  const root = `packages/${namesOf(name).name}`;
  if (tree.exists(root)) throw new Error(`${root} is there already: choose another name`);
  const said = summary ?? `What ${name} brings, in one sentence`;
  const [owned, sample] = [namesOf(kind), namesOf(first)];
  generateFiles(tree, files, root, { folder: name, kind: owned, kindFile: kind, first: sample, summary: said });
  for (const app of ['cli', 'demo']) updateJson(tree, `apps/${app}/package.json`, (manifest) => bring(manifest, name));
  tree.write(`${root}/src/index.ts`, `export * from './${kind}.js';\n`);
  await method(tree, { name: first, package: name, kind });
  tree.delete(`.changeset/add-${first}.md`);
  addChangeset(tree, `add-${name}`, `@surprisal/${name}`, `A new package: ${said}.`);
  await formatFiles(tree);
  return () => console.log(`\nNext: npx pnpm install, then the interface of the kind in ${root}/src/${kind}.ts.`);
}

/** Adds the package to what an app depends on, in the order of the alphabet. */
function bring(manifest, name) {
  const dependencies = { ...manifest.dependencies, [`@surprisal/${name}`]: 'workspace:*' };
  const sorted = Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...manifest, dependencies: Object.fromEntries(sorted) };
}
