import { UsageError } from '../exit.js';
import type { OutputOptions } from '../output.js';

/** The flags of `surprisal divergence`. */
export interface DivergenceFlags extends OutputOptions {
  readonly all?: boolean;
  readonly bits?: boolean;
  readonly logits?: boolean;
  readonly counts?: boolean;
  readonly samples?: boolean;
  readonly gaussian?: boolean;
}

/** What the two files hold. */
export type Form = 'probabilities' | 'logits' | 'counts' | 'samples' | 'gaussian' | 'gaussian of samples';

/** The kind of method that takes a form. */
const kinds = {
  probabilities: 'divergence',
  logits: 'divergence',
  counts: 'divergence',
  samples: 'sample-divergence',
  gaussian: 'gaussian-divergence',
  'gaussian of samples': 'gaussian-divergence',
} as const satisfies Record<Form, string>;

/** What is asked for. */
export interface DivergenceSettings {
  readonly form: Form;
  readonly kind: (typeof kinds)[Form];
  readonly all: boolean;
  readonly bits: boolean;
}

/**
 * Reads the flags, before any file is.
 *
 * @throws UsageError for two forms at once
 */
export function readFlags(files: readonly [string, string], flags: DivergenceFlags): DivergenceSettings {
  if (files.every((file) => file === '-'))
    throw new UsageError('divergence: p and q cannot both stand on stdin; name a file');
  const form = formOf(flags);
  return { form, kind: kinds[form], all: flags.all ?? false, bits: flags.bits ?? false };
}

function formOf(flags: DivergenceFlags): Form {
  const named = (['logits', 'counts', 'samples', 'gaussian'] as const).filter((name) => flags[name]);
  const [form = 'probabilities', other] = named;
  if (other === undefined) return form;
  if (flags.samples && flags.gaussian && named.length === 2) return 'gaussian of samples';
  throw new UsageError(`--${named.join(' and --')}: files hold one of these; give one`);
}
