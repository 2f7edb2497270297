import { type AnyMethod, type Registry, describeParams, parseText } from '@surprisal/core';
import { UsageError } from './exit.js';

/** A method that a text names, with the parameters that it gives. */
export interface NamedMethod {
  readonly method: AnyMethod;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Reads `focal` or `comp-sum:tau=1.5` as a method of a kind.
 *
 * @throws UnknownNameError or UsageError for a name or parameter that is none
 */
export function readMethod(registry: Registry, kind: string, text: string): NamedMethod {
  const at = text.indexOf(':');
  const method = registry.method(at < 0 ? text : text.slice(0, at), kind);
  return { method, params: at < 0 ? {} : readParams(method, text.slice(at + 1)) };
}

function readParams(method: AnyMethod, text: string): Record<string, unknown> {
  const infos = describeParams(method.info.params);
  const parts = text.split(/,(?=[\w-]+=)/); // a comma may also stand inside a list of numbers
  return Object.fromEntries(
    parts.map((part) => {
      const [, name, value] = /^([\w-]+)=(.*)$/s.exec(part) ?? [];
      if (name === undefined) throw new UsageError(`${method.info.name}: parameters must be key=value, got "${part}"`);
      const info = infos.find((candidate) => candidate.name === name);
      return [name, info ? parseText(info, value!) : value];
    }),
  );
}
