import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin as MethodPlugin, createRegistry, describeParams } from '@surprisal/core';
import { discoverPlugins } from '@surprisal/core/discovery';
import type { Plugin } from 'vite';
import type { Catalogue } from '../src/methods/catalogue.js';

const MODULE = /^\0?virtual:surprisal-(plugins|catalogue)(?:\/([\w-]+))?$/;
const here = dirname(fileURLToPath(import.meta.url));

/**
 * The plugins among the demo's own dependencies, found as the command finds them. A worker gets the plugins themselves, the page only
 * what they say of themselves, so that it loads no tensors: `virtual:surprisal-plugins/KIND` are those that have methods of a kind,
 * `virtual:surprisal-catalogue` tells of all methods, `virtual:surprisal-catalogue/KIND` of those of a kind.
 */
export function surprisalPlugins(): Plugin {
  return {
    name: 'surprisal-plugins',
    resolveId: (id) => (MODULE.test(id) ? `\0${id}` : undefined),
    async load(id) {
      const [, what, kind] = (id.startsWith('\0') && MODULE.exec(id)) || [];
      if (!what) return undefined;
      const found = (await discoverPlugins(here)).flatMap(({ file, plugin }) => (plugin ? [{ file, plugin }] : []));
      if (what === 'catalogue')
        return `export default ${JSON.stringify(
          catalogueOf(
            found.map(({ plugin }) => plugin),
            kind,
          ),
        )};`;
      const wanted = found.filter(({ plugin }) => plugin.methods.some(({ info }) => info.kind === kind));
      const imports = wanted.map(({ file }, i) => `import plugin${i} from ${JSON.stringify(file)};`);
      return `${imports.join('\n')}\nexport default [${wanted.map((_, i) => `plugin${i}`).join(', ')}];`;
    },
  };
}

function catalogueOf(plugins: readonly MethodPlugin[], kind?: string): Catalogue {
  const { kinds, methods, studies } = createRegistry(plugins);
  return {
    kinds: kinds.filter(({ name }) => !kind || name === kind),
    methods: methods(kind).map(({ info }) => ({
      kind: info.kind,
      name: info.name,
      summary: info.summary,
      ...(info.formula && { formula: info.formula }),
      ...(info.paper && { paper: info.paper }),
      params: describeParams(info.params),
    })),
    studies: kind ? [] : studies.map(({ name, summary, paper }) => ({ name, summary, ...(paper && { paper }) })),
  };
}
