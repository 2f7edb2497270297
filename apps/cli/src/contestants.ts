import type { Contestant, Registry, Study } from '@surprisal/core';
import { readMethod } from './method-text.js';

/**
 * The instances that texts such as `focal` or `comp-sum:tau=1.5` name, for a study that compares methods.
 *
 * @throws UnknownNameError, DomainError or UsageError for a name or parameter that is none
 */
export function readContestants(registry: Registry, study: Study, texts: readonly string[]): Contestant[] {
  return texts.map((text) => {
    const { method, params } = readMethod(registry, study.compares!.kind, text);
    return { label: text, instance: method(params) };
  });
}
