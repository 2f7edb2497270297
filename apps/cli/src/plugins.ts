import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Registry, createRegistry } from '@surprisal/core';
import { type DiscoveredPlugin, discoverPlugins } from '@surprisal/core/discovery';
import type { Output } from './output.js';

/** All plugins of the project one stands in and of this command, loaded. */
export interface LoadedPlugins {
  readonly registry: Registry;
  readonly discovered: readonly DiscoveredPlugin[];
}

let loaded: Promise<LoadedPlugins> | undefined;

/** Loads the plugins, once. One that cannot be loaded is named on stderr and skipped. */
export async function loadPlugins(output?: Output): Promise<LoadedPlugins> {
  loaded ??= discoverPlugins(dirname(fileURLToPath(import.meta.url)), process.cwd()).then((discovered) => ({
    discovered,
    registry: createRegistry(discovered.flatMap(({ plugin }) => plugin ?? [])),
  }));
  const { discovered } = await loaded;
  if (output)
    for (const { package: name, problem } of discovered)
      if (problem) output.warn(`plugin ${name} is skipped: ${problem}`);
  return loaded;
}
