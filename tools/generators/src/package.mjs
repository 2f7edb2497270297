/** A package of the workspace, as a generator changes it. */
export class Package {
  constructor(tree, folder) {
    this.tree = tree;
    this.folder = folder;
    this.root = `packages/${folder}`;
    const isPlugin = (name) =>
      /^export default definePlugin/m.test(tree.read(`packages/${name}/src/plugin.ts`, 'utf8') ?? '');
    if (!isPlugin(folder)) {
      const there = tree.children('packages').filter(isPlugin);
      throw new Error(`package must be one of ${there.join(', ')}, got "${folder}"`);
    }
  }

  /** The kinds that the plugin owns. */
  get kinds() {
    return Array.from(this.#read('src/plugin.ts').matchAll(/\{\s*name: '([^']+)',\s*summary:/g), ([, name]) => name);
  }

  /** Refuses to write over a file. */
  checkNew(file) {
    const path = `${this.root}/${file}`;
    if (this.tree.exists(path)) throw new Error(`${path} is there already: choose another name`);
  }

  /** Adds `export WHAT from './MODULE.js'` to index.ts, in the order of the alphabet. */
  addExport(module, what) {
    const statements = this.#read('src/index.ts')
      .trimEnd()
      .split(/(?<=;)\n/);
    const later = statements.findIndex((text) => (/from '\.\/(.*)\.js'/.exec(text)?.[1] ?? '') > module);
    statements.splice(later < 0 ? statements.length : later, 0, `export ${what} from './${module}.js';`);
    this.tree.write(`${this.root}/src/index.ts`, `${statements.join('\n')}\n`);
  }

  /** Imports `name` from `./MODULE.js` into plugin.ts and puts it at the end of one of its lists, `methods` or `studies`. */
  addToPlugin(list, name, module) {
    const source = this.#read('src/plugin.ts');
    const imports = source.lastIndexOf('\nimport ') + 1;
    const end = source.indexOf(';\n', imports) + 2;
    const withImport = `${source.slice(0, end)}import { ${name} } from './${module}.js';\n${source.slice(end)}`;
    this.tree.write(`${this.root}/src/plugin.ts`, appended(withImport, list, name));
  }

  #read(file) {
    return this.tree.read(`${this.root}/${file}`, 'utf8');
  }
}

/** The source of a plugin with one more item in one of its lists. */
function appended(source, list, item) {
  const found = new RegExp(`\\b${list}: \\[([^\\]]*?),?\\s*\\]`).exec(source);
  if (!found) return source.replace(/\}\);\s*$/, `  ${list}: [${item}],\n});\n`);
  const items = [found[1].trim(), item].filter(Boolean).join(', ');
  return source.replace(found[0], `${list}: [${items}]`);
}
