import type { ControlValue } from './controls.js';

/** A method with the parameters that differ from its defaults. */
export interface Chosen {
  readonly name: string;
  readonly params: Readonly<Record<string, ControlValue>>;
}

/** `focal (gamma 1)` */
export const nameOf = (chosen: Chosen) =>
  withParams(chosen, (given) => ` (${given.map((pair) => pair.join(' ')).join(', ')})`);

/** As on the command line: `focal:gamma=1` */
export const argumentOf = (chosen: Chosen) =>
  withParams(chosen, (given) => `:${given.map((pair) => pair.join('=')).join(',')}`);

/** As in code: `focal({ gamma: 1 })` */
export function callOf({ name, params }: Chosen): string {
  const given = Object.entries(params).map(([param, value]) => `${param}: ${JSON.stringify(value)}`);
  return `${factoryOf(name)}(${given.length > 0 ? `{ ${given.join(', ')} }` : ''})`;
}

/** A text as one word of a command line. */
export const quoted = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** What the factory of a method is called in code: `compSum` */
export const factoryOf = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function withParams({ name, params }: Chosen, write: (given: [string, ControlValue][]) => string): string {
  const given = Object.entries(params);
  return given.length > 0 ? name + write(given) : name;
}
