import type { Kind } from './kinds.js';
import type { MethodInfo } from './method.js';
import { type ParamInfo, describeParams } from './parameters.js';
import type { KindInfo, Plugin } from './plugin.js';
import type { Study } from './study.js';

/** What a method says about itself, as data: its parameters as they are read off their schema. */
export interface DescribedMethod {
  readonly info: Omit<MethodInfo<Kind>, 'kind' | 'params'> & {
    readonly kind: string;
    readonly params: readonly ParamInfo[];
  };
}

/** What a study says about itself, as data. */
export interface DescribedStudy extends Omit<Study, 'params' | 'run'> {
  readonly params: readonly ParamInfo[];
}

/** A plugin as data: all that help, lists and completion show of it, without what it would have to load. */
export interface DescribedPlugin {
  readonly name: string;
  readonly contract: number;
  readonly kinds: readonly KindInfo[];
  readonly methods: readonly DescribedMethod[];
  readonly studies: readonly DescribedStudy[];
}

/**
 * What a plugin says about itself. As JSON in a file beside the plugin's module (`plugin.json` beside `plugin.js`), with the package's
 * `version`, it spares the command to load the plugin before something of it is used.
 *
 * @example
 * console.log(describePlugin(definePlugin({ name: 'my-schedules' })).methods); // []
 */
export function describePlugin({ name, contract, kinds, methods, studies }: Plugin): DescribedPlugin {
  return {
    name,
    contract,
    kinds,
    methods: methods.map(({ info }) => ({ info: { ...info, params: describeParams(info.params) } })),
    studies: studies.map(({ run: _, ...study }) => ({ ...study, params: describeParams(study.params) })),
  };
}
