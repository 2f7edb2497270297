import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DescribedPlugin, type Registry, createRegistry } from '@surprisal/core';
import { type DiscoveredPlugin, describePlugins, loadPlugin } from '@surprisal/core/discovery';
import type { Output } from './output.js';

/** The plugins of the project one stands in and of this command. */
export interface FoundPlugins<R> {
  readonly registry: R;
  readonly discovered: readonly DiscoveredPlugin[];
}

const here = dirname(fileURLToPath(import.meta.url));
/** What was described, by the folder that the command was called in. */
const described = new Map<string, Promise<readonly DiscoveredPlugin[]>>();

function describeFrom(folder: string): Promise<readonly DiscoveredPlugin[]> {
  const before = described.get(folder);
  if (before) return before;
  const plugins = describePlugins(here, folder);
  described.set(folder, plugins);
  return plugins;
}

/**
 * What all plugins say about themselves, for what shows or checks names alone: few of them have to be loaded for it. One that cannot be
 * loaded is named on stderr, when there is one to name it on.
 */
export async function knownPlugins(output?: Output): Promise<FoundPlugins<Registry<DescribedPlugin>>> {
  const discovered = await describeFrom(process.cwd());
  if (output) for (const entry of discovered) warnOf(output, entry);
  return { discovered, registry: createRegistry(discovered.flatMap(({ description }) => description ?? [])) };
}

/** Loads the plugins that are needed, all if nothing is said. One that cannot be loaded is named on stderr and skipped. */
export async function loadPlugins(
  output?: Output,
  isNeeded: (plugin: DescribedPlugin) => boolean = () => true,
): Promise<FoundPlugins<Registry>> {
  const { discovered: known } = await knownPlugins(output);
  const load = async (entry: DiscoveredPlugin) =>
    !entry.plugin && entry.description && isNeeded(entry.description) ? loadPlugin(entry) : entry;
  const discovered = await Promise.all(known.map(load));
  if (output) discovered.forEach((entry, i) => entry.problem !== known[i]!.problem && warnOf(output, entry));
  return { discovered, registry: createRegistry(discovered.flatMap(({ plugin }) => plugin ?? [])) };
}

const warnOf = (output: Output, { package: name, problem }: DiscoveredPlugin) =>
  problem !== undefined && output.warn(`plugin ${name} is skipped: ${problem}`);

/** Whether a plugin has methods of one of the kinds. */
export const hasKind =
  (...kinds: readonly string[]) =>
  ({ methods }: DescribedPlugin): boolean =>
    methods.some(({ info }) => kinds.includes(info.kind));

/** Whether a plugin has one of the studies. */
export const hasStudy =
  (...names: readonly string[]) =>
  ({ studies }: DescribedPlugin): boolean =>
    studies.some(({ name }) => names.includes(name));
