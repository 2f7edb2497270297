import type { KindInfo, Plugin } from './plugin.js';
import { unknownName } from './suggest.js';

/** What a registry must know of a plugin: one that is loaded has it, and one that is described. */
export interface Registrable {
  readonly kinds: readonly KindInfo[];
  readonly methods: readonly { readonly info: { readonly kind: string; readonly name: string } }[];
  readonly studies: readonly { readonly name: string }[];
}

/** All that a set of plugins brings, by name: plugins that are loaded, or described. */
export interface Registry<P extends Registrable = Plugin> {
  readonly plugins: readonly P[];
  readonly kinds: readonly KindInfo[];
  readonly studies: readonly P['studies'][number][];
  /** All methods, or those of one kind. @throws UnknownNameError for a kind that no plugin has a method of */
  methods(kind?: string): readonly P['methods'][number][];
  /** The methods that stand for a kind where none is named: its usual ones, or all. @throws UnknownNameError */
  usualMethods(kind: string): readonly P['methods'][number][];
  /** The method of a name, or of `kind/name` where two kinds share one. @throws UnknownNameError with a did-you-mean */
  method(name: string, kind?: string): P['methods'][number];
  /** @throws UnknownNameError with a did-you-mean */
  study(name: string): P['studies'][number];
  /** The plugin that a method or study comes from. */
  pluginOf(item: P['methods'][number] | P['studies'][number]): P;
}

/** Assembles plugins. Where two bring a method of the same kind and name, the first one stays. */
export function createRegistry<P extends Registrable = Plugin>(plugins: readonly P[]): Registry<P> {
  type Method = P['methods'][number];
  type Study = P['studies'][number];
  const owners = new Map<Method | Study, P>();
  const methods = new Map<string, Method>();
  const studies = new Map<string, Study>();
  for (const plugin of plugins) {
    for (const method of plugin.methods) addOnce(methods, `${method.info.kind}/${method.info.name}`, method, plugin);
    for (const study of plugin.studies) addOnce(studies, study.name, study, plugin);
  }

  function addOnce<T extends Method | Study>(map: Map<string, T>, key: string, item: T, plugin: P) {
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
