import { fileURLToPath } from 'node:url';
import { formatFiles, generateFiles } from '@nx/devkit';
import { addChangeset } from '../changeset.mjs';
import { namesOf } from '../names.mjs';
import { Package } from '../package.mjs';

const files = fileURLToPath(new URL('files', import.meta.url));

/** Adds a study to a package. */
export default async function study(tree, { name, package: folder = 'reproductions', summary, paper }) {
  const names = namesOf(name);
  const target = new Package(tree, folder);
  for (const file of [`src/${name}`, `src/${name}.ts`, `src/${name}.test.ts`]) target.checkNew(file);
  const said = summary ?? `${names.pascal}: what it measures, in one sentence.`;
  generateFiles(tree, files, `${target.root}/src`, { ...names, paper, summary: said });
  target.addExport(name, `{ ${names.camel}Study }`);
  target.addToPlugin('studies', `${names.camel}Study`, name);
  addChangeset(tree, `add-${name}-study`, `@surprisal/${folder}`, `The study \`${name}\`.`);
  await formatFiles(tree);
  return () => console.log(`\nNext: what is measured and claimed in ${target.root}/src/${name}.ts.`);
}
