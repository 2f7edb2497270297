import type { RunFolder } from '../run/folder.js';
import type { RunInfo } from '../run/info.js';

/** The name under which a run is shown elsewhere: curves of a smoke run must not pass for a result. */
export const titleOf = ({ name, info }: RunFolder): string => (info.quick ? `${name} (quick)` : name);

export interface RunFacts {
  /** How it was run, by name. */
  readonly facts: Readonly<Record<string, string>>;
  /** With what, the seed included. */
  readonly params: Readonly<Record<string, string>>;
}

/** What is told of a run where its numbers are shown elsewhere: nothing of the machine and its user. */
export function describe({ study, quick, engine, packages, git, methods, seed, params }: RunInfo): RunFacts {
  return {
    facts: {
      study,
      quick: String(quick),
      engine,
      packages: JSON.stringify(packages),
      ...(git && { commit: git.commit, dirty: String(git.dirty) }),
      ...(methods && { methods: methods.join(' ') }),
    },
    params: Object.fromEntries(Object.entries({ seed, ...params }).map(([key, value]) => [key, textOf(value)])),
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
