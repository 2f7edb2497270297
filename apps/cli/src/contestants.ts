import { type AnyMethod, type Contestant, type Registry, type Study, describeParams, parseText } from '@surprisal/core';
import { UsageError } from './exit.js';

/**
 * The instances that texts such as `focal` or `comp-sum:tau=1.5` name, for a study that compares methods.
 *
 * @throws UnknownNameError, DomainError or UsageError for a name or parameter that is none
 */
export function readContestants(registry: Registry, study: Study, texts: readonly string[]): Contestant[] {
  return texts.map((text) => {
    const at = text.indexOf(':');
    const method = registry.method(at < 0 ? text : text.slice(0, at), study.compares!.kind);
    return { label: text, instance: method(at < 0 ? {} : readParams(method, text.slice(at + 1))) };
  });
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
