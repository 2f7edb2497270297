import { byId } from '../dom.js';
import { type ControlValue, control } from './controls.js';
import type { Setting } from './fields.js';

/** Fills an element with a control for each of some settings. */
export function showSettings<S extends object>(
  into: string,
  settings: { readonly [Name in keyof S]?: Pick<Setting<ControlValue>, 'param'> },
  state: S,
  change: (part: Partial<S>) => void,
): void {
  const controls = (Object.keys(settings) as (keyof S & string)[]).map((name) =>
    control(`task-${name}`, { name, ...settings[name]!.param }, state[name] as ControlValue, (value) =>
      change({ [name]: value } as Partial<S>),
    ),
  );
  byId(into).replaceChildren(...controls);
}
