import { DomainError } from './errors.js';
import type { AnyMethod } from './method.js';
import type { Study } from './study.js';

/** The version of the contract between core and plugins. A plugin made for another one is reported and skipped. */
export const CONTRACT_VERSION = 1;

/** What a package brings: its methods and, if it has some, studies. */
export interface Plugin {
  readonly name: string;
  readonly contract: number;
  readonly kinds: readonly KindInfo[];
  readonly methods: readonly AnyMethod[];
  readonly studies: readonly Study[];
}

/** A kind that a plugin owns, in words. */
export interface KindInfo {
  readonly name: string;
  /** What the methods of the kind take and give, in one sentence. */
  readonly summary: string;
  /** The names of a few methods of the plugin that stand for the kind where nobody names one; all do without it. */
  readonly usual?: readonly string[];
}

/**
 * Declares a plugin: the default export of the module that `"surprisal": { "plugin": "./dist/plugin.js" }` in
 * package.json names.
 *
 * @example
 * export default definePlugin({
 *   name: 'my-schedules',
 *   kinds: [{ name: 'schedule', summary: 'A step to a factor.' }],
 *   methods: [], // what `defineMethod` made
 * });
 *
 * @throws DomainError where a kind's `usual` methods are not the plugin's
 */
export function definePlugin(plugin: {
  name: string;
  kinds?: readonly KindInfo[];
  methods?: readonly AnyMethod[];
  studies?: readonly Study[];
}): Plugin {
  const whole = { kinds: [], methods: [], studies: [], ...plugin, contract: CONTRACT_VERSION };
  whole.kinds.forEach((kind) => checkUsual(whole, kind));
  return whole;
}

function checkUsual({ name: plugin, methods }: Plugin, { name: kind, usual = [] }: KindInfo): void {
  const names = methods.filter(({ info }) => info.kind === kind).map(({ info }) => info.name);
  const unknown = usual.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new DomainError(`${plugin}: usual methods of the kind ${kind} must be among its methods, got "${unknown}"`);
}
