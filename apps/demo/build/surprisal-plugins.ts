import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin as MethodPlugin, createRegistry, describeParams } from '@surprisal/core';
import { discoverPlugins } from '@surprisal/core/discovery';
import type { Plugin } from 'vite';
import type { Catalogue } from '../src/methods/catalogue.js';

const MODULE = /^\0?virtual:surprisal-(plugins|catalogue)(?:\/([\w+-]+))?$/;
const here = dirname(fileURLToPath(import.meta.url));

/**
 * The plugins among the demo's own dependencies, found as the command finds them. A worker gets the plugins themselves, the page only
 * what they say of themselves, so that it loads no tensors: `virtual:surprisal-plugins/KIND` are those that have methods of a kind,
 * `virtual:surprisal-catalogue` tells of all methods, `virtual:surprisal-catalogue/KIND` of those of a kind; KIND+KIND are several kinds.
 */
export function surprisalPlugins(): Plugin {
  let discovered: ReturnType<typeof discoverPlugins> | undefined;
  return {
    name: 'surprisal-plugins',
    resolveId: (id) => (MODULE.test(id) ? `\0${id}` : undefined),
    async load(id) {
      const [, what, names] = (id.startsWith('\0') && MODULE.exec(id)) || [];
      if (!what) return undefined;
      const isWanted = (kind: string) => names === undefined || names.split('+').includes(kind);
      const found = (await (discovered ??= discoverPlugins(here))).flatMap(({ file, plugin }) =>
        plugin ? [{ file, plugin }] : [],
      );
      const plugins = found.map(({ plugin }) => plugin);
      if (what === 'catalogue') return `export default ${JSON.stringify(catalogueOf(plugins, isWanted))};`;
      const wanted = found.filter(({ plugin }) => plugin.methods.some(({ info }) => isWanted(info.kind)));
      const imports = wanted.map(({ file }, i) => `import plugin${i} from ${JSON.stringify(file)};`);
      return `${imports.join('\n')}\nexport default [${wanted.map((_, i) => `plugin${i}`).join(', ')}];`;
    },
  };
}

function catalogueOf(plugins: readonly MethodPlugin[], isWanted: (kind: string) => boolean): Catalogue {
  const { kinds, methods, studies } = createRegistry(plugins);
  return {
    kinds: kinds.filter(({ name }) => isWanted(name)),
    methods: methods()
      .filter(({ info }) => isWanted(info.kind))
      .map(({ info }) => ({
        kind: info.kind,
        name: info.name,
        summary: info.summary,
        ...(info.formula && { formula: info.formula }),
        ...(info.paper && { paper: info.paper }),
        params: describeParams(info.params),
      })),
    studies: studies.map(({ name, summary, paper }) => ({ name, summary, ...(paper && { paper }) })),
  };
}
