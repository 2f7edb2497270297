import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, parse, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DescribedPlugin, describePlugin } from './description.js';
import { CONTRACT_VERSION, type Plugin } from './plugin.js';

/** A package that declares a plugin, and what became of it. */
export interface DiscoveredPlugin {
  readonly package: string;
  readonly version: string;
  /** The module that package.json names. */
  readonly file: string;
  /** Present when the plugin was loaded. */
  readonly plugin?: Plugin;
  /** Present when it was described. */
  readonly description?: DescribedPlugin;
  /** Why it was skipped, in one line, when it was. */
  readonly problem?: string;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly surprisal?: { readonly plugin?: string };
}

/**
 * Finds the plugins among the dependencies of the nearest package.json at or above a folder: those packages whose own
 * package.json has `"surprisal": { "plugin": "./path/to/plugin.js" }`. The package itself may be one.
 *
 * @returns one entry per declared plugin, not loaded yet, in order of the package names
 */
export function findPlugins(from: string): DiscoveredPlugin[] {
  const root = nearestManifest(from);
  if (root === undefined) return [];
  const manifest = readManifest(root);
  const names = Object.keys({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
  const folders = names.sort().map((name) => packageFolder(name, dirname(root)));
  return [dirname(root), ...folders].flatMap((folder) => (folder === undefined ? [] : declaredPlugin(folder)));
}

/**
 * Loads the plugins found from each of the given folders, once each. A plugin that fails to load, or speaks another version of the
 * contract, is reported in its `problem` and does no harm to the others.
 */
export async function discoverPlugins(...from: readonly string[]): Promise<DiscoveredPlugin[]> {
  return Promise.all(findOnce(from).map(loadPlugin));
}

/**
 * Describes the plugins found from each of the given folders, once each: from the description that lies beside a plugin's module, when
 * the package has one of its version; else by loading the plugin.
 */
export async function describePlugins(...from: readonly string[]): Promise<DiscoveredPlugin[]> {
  return Promise.all(findOnce(from).map(describe));
}

const findOnce = (from: readonly string[]) => [
  ...new Map(from.flatMap(findPlugins).map((entry) => [entry.package, entry])).values(),
];

async function describe(entry: DiscoveredPlugin): Promise<DiscoveredPlugin> {
  const { version, ...description } = readManifest(descriptionOf(entry.file)) as Partial<DescribedPlugin> & Manifest;
  if (version === entry.version && description.contract === CONTRACT_VERSION)
    return { ...entry, description: description as DescribedPlugin };
  const { plugin, ...rest } = await loadPlugin(entry);
  return plugin ? { ...rest, plugin, description: describePlugin(plugin) } : rest;
}

/** Where a plugin's description lies: `plugin.json` beside `plugin.js`. */
export const descriptionOf = (file: string): string => file.replace(/\.\w+$/, '.json');

/** Loads a plugin that was found; what keeps it from working is in its `problem`. */
export async function loadPlugin(entry: DiscoveredPlugin): Promise<DiscoveredPlugin> {
  try {
    const module = (await import(pathToFileURL(entry.file).href)) as { default?: Plugin };
    const problem = whatIsWrong(module.default);
    return problem === undefined ? { ...entry, plugin: module.default! } : { ...entry, problem };
  } catch (error) {
    return { ...entry, problem: `failed to load: ${firstLine(error)}` };
  }
}

function whatIsWrong(plugin: Plugin | undefined): string | undefined {
  if (typeof plugin !== 'object' || plugin === null || !Array.isArray(plugin.methods)) {
    return 'its plugin module has no default export made by definePlugin';
  }
  if (plugin.contract !== CONTRACT_VERSION) {
    return `it speaks version ${plugin.contract} of the plugin contract, this is version ${CONTRACT_VERSION}: install a release that matches`;
  }
  return undefined;
}

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

function declaredPlugin(folder: string): DiscoveredPlugin[] {
  const { name = folder, version = '0.0.0', surprisal } = readManifest(join(folder, 'package.json'));
  if (typeof surprisal?.plugin !== 'string') return [];
  return [{ package: name, version, file: join(folder, surprisal.plugin) }];
}

/** Walks node_modules upwards, as Node does: `require.resolve` would refuse packages that do not export their package.json. */
function packageFolder(name: string, from: string): string | undefined {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((folder) => existsSync(join(folder, 'package.json')));
}

function nearestManifest(from: string): string | undefined {
  const { root } = parse(resolve(from));
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return file;
    if (folder === root) return undefined;
  }
}

function readManifest(file: string): Manifest {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch {
    return {};
  }
}
