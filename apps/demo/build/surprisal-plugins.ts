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
 * `virtual:surprisal-catalogue` tells of all methods and studies, `virtual:surprisal-catalogue/KIND` of the methods of a kind; KIND+KIND are several kinds.
 */
export function surprisalPlugins(): Plugin {
  let discovered: ReturnType<typeof discoverPlugins> | undefined;
  return {
    name: 'surprisal-plugins',
    resolveId: (id) => (MODULE.test(id) ? `\0${id}` : undefined),
    async load(id) {
      const [, what, names] = (id.startsWith('\0') && MODULE.exec(id)) || [];
      if (!what) return undefined;
      const isWanted = isAmong(names?.split('+'));
      const found = (await (discovered ??= discoverPlugins(here))).flatMap(({ file, plugin }) =>
        plugin ? [{ file, plugin }] : [],
      );
      const plugins = found.map(({ plugin }) => plugin);
      if (what === 'catalogue') return `export default ${JSON.stringify(catalogueOf(plugins, names?.split('+')))};`;
      const wanted = found.filter(({ plugin }) => plugin.methods.some(({ info }) => isWanted(info.kind)));
      const imports = wanted.map(({ file }, i) => `import plugin${i} from ${JSON.stringify(file)};`);
      return `${imports.join('\n')}\nexport default [${wanted.map((_, i) => `plugin${i}`).join(', ')}];`;
    },
  };
}

const isAmong = (kinds?: readonly string[]) => (kind: string) => kinds?.includes(kind) ?? true;

/** @param wanted kinds; without them all, and the studies */
function catalogueOf(plugins: readonly MethodPlugin[], wanted?: readonly string[]): Catalogue {
  const { kinds, methods, studies } = createRegistry(plugins);
  const isWanted = isAmong(wanted);
  const told = wanted ? [] : studies;
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
    studies: told.map(({ name, summary, paper }) => ({ name, summary, ...(paper && { paper }) })),
  };
}
