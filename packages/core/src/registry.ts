import type { AnyMethod } from './method.js';
import type { KindInfo, Plugin } from './plugin.js';
import type { Study } from './study.js';
import { unknownName } from './suggest.js';

/** All that a set of plugins brings, by name. */
export interface Registry {
  readonly plugins: readonly Plugin[];
  readonly kinds: readonly KindInfo[];
  readonly studies: readonly Study[];
  /** All methods, or those of one kind. @throws UnknownNameError for a kind that no plugin has a method of */
  methods(kind?: string): readonly AnyMethod[];
  /** The methods that stand for a kind where none is named: its usual ones, or all. @throws UnknownNameError */
  usualMethods(kind: string): readonly AnyMethod[];
  /** The method of a name, or of `kind/name` where two kinds share one. @throws UnknownNameError with a did-you-mean */
  method(name: string, kind?: string): AnyMethod;
  /** @throws UnknownNameError with a did-you-mean */
  study(name: string): Study;
  /** The plugin that a method or study comes from. */
  pluginOf(item: AnyMethod | Study): Plugin;
}

/** Assembles plugins. Where two bring a method of the same kind and name, the first one stays. */
export function createRegistry(plugins: readonly Plugin[]): Registry {
  const owners = new Map<AnyMethod | Study, Plugin>();
  const methods = new Map<string, AnyMethod>();
  const studies = new Map<string, Study>();
  for (const plugin of plugins) {
    for (const method of plugin.methods) addOnce(methods, `${method.info.kind}/${method.info.name}`, method, plugin);
    for (const study of plugin.studies) addOnce(studies, study.name, study, plugin);
  }

  function addOnce<T extends AnyMethod | Study>(map: Map<string, T>, key: string, item: T, plugin: Plugin) {
    if (map.has(key)) return;
    map.set(key, item);
    owners.set(item, plugin);
  }

  const described = new Map(plugins.flatMap((plugin) => plugin.kinds.map((kind) => [kind.name, kind])));
  const kindNames = [...new Set([...described.keys(), ...[...methods.values()].map((method) => method.info.kind)])];
  const kinds = kindNames.map((name) => described.get(name) ?? { name, summary: '' });

  const byKind = (kind?: string) => {
    if (kind === undefined) return [...methods.values()];
    if (!kindNames.includes(kind)) throw unknownName('kind', kind, kindNames);
    return [...methods.values()].filter((method) => method.info.kind === kind);
  };

  return {
    plugins,
    kinds,
    studies: [...studies.values()],
    methods: byKind,
    usualMethods(kind) {
      const all = byKind(kind);
      const usual = described.get(kind)?.usual;
      return usual ? usual.map((name) => all.find(({ info }) => info.name === name)!) : all;
    },
    method(name, kind) {
      const candidates = byKind(kind);
      const found = methods.get(name) ?? candidates.find((method) => method.info.name === name);
      if (found && (kind === undefined || found.info.kind === kind)) return found;
      throw unknownName(
        kind ?? 'method',
        name,
        candidates.map((method) => method.info.name),
      );
    },
    study(name) {
      const found = studies.get(name);
      if (found) return found;
      throw unknownName('study', name, [...studies.keys()]);
    },
    pluginOf: (item) => owners.get(item)!,
  };
}
