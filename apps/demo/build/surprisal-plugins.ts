import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRegistry, describeParams } from '@surprisal/core';
import { discoverPlugins } from '@surprisal/core/discovery';
import type { Plugin } from 'vite';
import type { Catalogue } from '../src/methods/catalogue.js';

const PLUGINS = 'virtual:surprisal-plugins';
const CATALOGUE = 'virtual:surprisal-catalogue';
const here = dirname(fileURLToPath(import.meta.url));

/**
 * The plugins among the demo's own dependencies, found as the command finds them. The worker gets the plugins themselves, the page only
 * what they say of themselves, so that it loads no tensors.
 */
export function surprisalPlugins(): Plugin {
  return {
    name: 'surprisal-plugins',
    resolveId: (id) => (id === PLUGINS || id === CATALOGUE ? `\0${id}` : undefined),
    async load(id) {
      if (id !== `\0${PLUGINS}` && id !== `\0${CATALOGUE}`) return undefined;
      const found = (await discoverPlugins(here)).filter(({ plugin }) => plugin);
      if (id === `\0${CATALOGUE}`)
        return `export default ${JSON.stringify(catalogueOf(found.flatMap(({ plugin }) => plugin ?? [])))};`;
      const imports = found.map(({ file }, i) => `import plugin${i} from ${JSON.stringify(file)};`);
      return `${imports.join('\n')}\nexport default [${found.map((_, i) => `plugin${i}`).join(', ')}];`;
    },
  };
}

function catalogueOf(plugins: Parameters<typeof createRegistry>[0]): Catalogue {
  const registry = createRegistry(plugins);
  return {
    kinds: registry.kinds,
    methods: registry.methods().map(({ info }) => ({
      kind: info.kind,
      name: info.name,
      summary: info.summary,
      ...(info.formula && { formula: info.formula }),
      ...(info.paper && { paper: info.paper }),
      params: describeParams(info.params),
    })),
    studies: registry.studies.map(({ name, summary, paper }) => ({ name, summary, ...(paper && { paper }) })),
  };
}
