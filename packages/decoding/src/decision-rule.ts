import { DomainError, type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import type { z } from 'zod';

/** Candidates to choose from, by what is known of them. */
export interface Decision {
  /** `[C]`, C >= 1: log-probabilities, or other utilities. -Infinity: cannot be. */
  readonly utilities: ArrayLike<number>;
  /** `[C]`, of the candidates as sequences, >= 1; for rules that normalise by length. */
  readonly lengths?: ArrayLike<number>;
  /** `[C]`; default the softmax of the utilities times the rule's beta. A fitted utility transform gives others. */
  readonly probabilities?: ArrayLike<number>;
  /** `[C][C]`, G(c, c'): what is gained by saying c where c' is true; default 1 on the diagonal and 0 elsewhere. */
  readonly gain?: readonly ArrayLike<number>[];
}

/**
 * Chooses one of several candidates.
 *
 * @example
 * const gain = [[1, 0.9, 0.2], [0.9, 1, 0.2], [0.2, 0.2, 1]];
 * const decision = { utilities: [0.3, 0.3, 0.4].map(Math.log), gain };
 * console.log(argmaxUtility()(decision), minimumBayesRisk()(decision)); // 2 0
 */
export interface DecisionRule {
  /**
   * @returns the index of the candidate chosen, the lowest among equals
   * @throws DomainError for no candidates, utilities that are NaN or all -Infinity, and what has not one entry per candidate
   */
  (decision: Decision): number;
  readonly method: string;
}

declare module '@surprisal/core' {
  interface Kinds {
    'decision-rule': DecisionRule;
  }
}

/** A rule's metadata and its choice. */
export interface DecisionRuleDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'decision-rule', S>, 'kind'> {
  /** Makes the rule: what is drawn once and kept stands before the function it returns. */
  readonly rule: (params: z.output<S>) => (decision: Decision) => number;
}

/** Makes a decision rule from its choice. Checks are the same for all rules and stand here. */
export function defineDecisionRule<S extends z.ZodObject>({
  rule,
  ...info
}: DecisionRuleDefinition<S>): Method<'decision-rule', S, DecisionRule> {
  return defineMethod<'decision-rule', S, DecisionRule>({ kind: 'decision-rule', ...info }, (params) => {
    const choose = rule(params);
    const decide = (decision: Decision) => {
      checkDecision(info.name, decision);
      return choose(decision);
    };
    return Object.assign(decide, { method: info.name });
  });
}

function checkDecision(owner: string, { utilities, lengths, probabilities, gain }: Decision): void {
  const size = utilities.length;
  const values = Array.from(utilities);
  if (size === 0 || values.some(Number.isNaN) || values.every((value) => value === -Infinity)) {
    const got = size === 0 ? 'none' : values.some(Number.isNaN) ? 'NaN' : '-Infinity for all';
    throw new DomainError(`${owner}: utilities must be numbers, one at least above -Infinity, got ${got}`);
  }
  const checkSize = (name: string, list: ArrayLike<unknown> | undefined) => {
    if (!list || list.length === size) return;
    throw new DomainError(`${owner}: ${name} must have an entry for each of ${size} candidates, got ${list.length}`);
  };
  checkSize('lengths', lengths);
  checkSize('probabilities', probabilities);
  checkSize('gain', gain);
  gain?.forEach((row) => checkSize('every row of gain', row));
  if (lengths && Array.from(lengths).some((length) => !(length >= 1))) {
    throw new DomainError(`${owner}: lengths must be at least 1, got ${Math.min(...Array.from(lengths))}`);
  }
}
