import { formatFiles } from '@nx/devkit';
import ejs from 'ejs';
import { addChangeset } from '../changeset.mjs';
import { namesOf } from '../names.mjs';
import { Package } from '../package.mjs';

/** Adds a method to a package, from the template that the owner of its kind keeps in `packages/P/templates/KIND`. */
export default async function method(tree, { name, package: folder, kind: wanted, summary, paper }) {
  const names = namesOf(name);
  const target = new Package(tree, folder);
  const { kind, owner, templates } = findTemplates(tree, wanted ? [wanted] : target.kinds);
  for (const file of [`src/${name}.ts`, `src/${name}.test.ts`]) target.checkNew(file);

  const from = (module) => (owner === folder ? `./${module}.js` : `@surprisal/${owner}`);
  const said = summary ?? `${names.pascal}: what it is, in one sentence.`;
  for (const file of tree.children(templates)) {
    const text = ejs.render(tree.read(`${templates}/${file}`, 'utf8'), { ...names, paper, summary: said, from });
    tree.write(`${target.root}/src/${file.replace('__name__', name).replace('.template', '')}`, text);
  }
  target.addExport(name, '*');
  target.addToPlugin('methods', names.camel, name);
  addChangeset(tree, `add-${name}`, `@surprisal/${folder}`, `The ${kind} \`${name}\`.`);
  await formatFiles(tree);
  return () => console.log(`\nNext: the maths in ${target.root}/src/${name}.ts, then npm run readme for the tables.`);
}

/** The first of the kinds that has templates, and where they are: with the package that owns it. */
function findTemplates(tree, kinds) {
  const all = tree.children('packages').flatMap((owner) => {
    const root = `packages/${owner}/templates`;
    return tree.children(root).map((kind) => ({ kind, owner, templates: `${root}/${kind}` }));
  });
  const found = all.find(({ kind }) => kinds.includes(kind));
  if (found) return found;
  const known = all.map(({ kind }) => kind).join(', ');
  throw new Error(`kind must be one of ${known} (those with templates), got ${kinds.join(', ') || 'none'}`);
}
