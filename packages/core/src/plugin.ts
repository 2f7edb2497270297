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
 */
export function definePlugin(plugin: {
  name: string;
  kinds?: readonly KindInfo[];
  methods?: readonly AnyMethod[];
  studies?: readonly Study[];
}): Plugin {
  return { kinds: [], methods: [], studies: [], ...plugin, contract: CONTRACT_VERSION };
}
