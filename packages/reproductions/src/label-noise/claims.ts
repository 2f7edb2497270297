import { type ClaimEvent, type Estimate, claim, estimate } from '@surprisal/core';
import type { CellResult } from '../shared/grid.js';
import { ADAPTIVE, type LabelNoiseParams, type LossName, type Setting, classDependentNoise, settingsOf, uniformNoise } from './settings.js'; // prettier-ignore

const NOTE =
  'points of accuracy on clean test digits of MNIST; the paper has seven other data sets and larger networks';

/** The claims that can be checked with what was trained. */
export function* labelNoiseClaims(results: readonly CellResult[], params: LabelNoiseParams): Generator<ClaimEvent> {
  const trained = (setting: Setting) => settingsOf(params).some(({ title }) => title === setting.title);
  const has = (...names: LossName[]) => names.every((name) => params.losses.includes(name));
  const [clean, much, flipped] = [uniformNoise(0), uniformNoise(0.6), classDependentNoise(0.3)];
  const lead = (margin: number, of: LossName, over: LossName, setting: Setting, paper: string) =>
    has(of, over) && trained(setting) ? [leadClaim({ margin, of, over, setting, paper, results })] : [];

  yield* lead(5, 'LDR 10', 'CE', much, 'robust to label noise; small version: 91 against 83%');
  yield* lead(10, 'LDR 10', 'CE', flipped, 'robust to label noise; small version: 93 against 78%');
  yield* lead(-1, 'LDR 10', 'CE', clean, 'loses nothing on clean labels');
  const noisy = settingsOf(params).filter(({ noise }) => noise > 0);
  if (has('CE', 'LDR 0.1', 'LDR 1') && noisy.length > 0) yield temperatureClaim(results, noisy);
  yield* lead(5, 'LDR 10', 'LDR 10 raw', flipped, 'normalised scores matter; small version: 93 against 84%');
  if (has(ADAPTIVE)) yield adaptationClaim(results, uniformNoise(params.temperaturesAt));
}

interface Lead {
  readonly margin: number;
  readonly of: LossName;
  readonly over: LossName;
  readonly setting: Setting;
  readonly paper: string;
  readonly results: readonly CellResult[];
}

/** Claims 1 and 3: one loss is better than another by a margin. */
function leadClaim({ margin, of, over, setting, paper, results }: Lead): ClaimEvent {
  const measured = difference(results, of, over, setting);
  return claim({
    says: `with ${setting.title === 'none' ? 'clean' : setting.title} labels, ${of} is at least as accurate as ${over} ${margin < 0 ? '-' : '+'} ${Math.abs(margin)} points`,
    paper,
    measured,
    holds: measured.mean >= margin,
    note: NOTE,
  });
}

/** Of accuracies, over the seeds: the losses of a seed see the same digits, wrong labels and first weights. */
function difference(
  results: readonly CellResult[],
  of: LossName,
  over: LossName,
  { noise, pattern }: Setting,
): Estimate {
  const all = (label: LossName) =>
    results.filter((one) => one.label === label && one.noise === noise && one.pattern === pattern);
  const others = all(over);
  return estimate(all(of).map((one, i) => one.accuracy - others[i]!.accuracy));
}

/** Claim 2: a small temperature is no better than cross-entropy. */
function temperatureClaim(results: readonly CellResult[], settings: readonly Setting[]): ClaimEvent {
  const rows = settings.map((setting) => ({
    title: setting.title,
    gaps: (['LDR 0.1', 'LDR 1'] as const).map((name) => difference(results, name, 'CE', setting).mean),
  }));
  const signed = (points: number) => `${points < 0 ? '' : '+'}${points.toFixed(1)}`;
  return claim({
    says: 'with wrong labels, LDR 0.1 and LDR 1 are within 2 points of CE',
    paper: 'the temperature decides: 10 is the robust one',
    measured: rows.map(({ title, gaps }) => `${title}: ${gaps.map(signed).join(', ')}`).join('; '),
    holds: rows.every(({ gaps }) => gaps.every((gap) => Math.abs(gap) <= 2)),
    note: NOTE,
  });
}

/** Claim 4: the temperature falls where the label is right. */
function adaptationClaim(results: readonly CellResult[], { title, noise, pattern }: Setting): ClaimEvent {
  const own = results.filter((one) => one.label === ADAPTIVE && one.noise === noise && one.pattern === pattern);
  const measured = estimate(own.map(({ measured }) => measured!['wrong']! - measured!['right']!));
  const mean = (key: 'right' | 'wrong') => estimate(own.map(({ measured }) => measured![key]!)).mean.toFixed(3);
  return claim({
    says: `with ${title} noise, the mean temperature of examples with a right label is at most that of the others`,
    paper: 'lower temperatures for confident samples',
    measured,
    holds: measured.mean >= 0,
    note: `difference of means at the end of training: ${mean('right')} with a right label, ${mean('wrong')} with a wrong one, 10 at the start`,
  });
}
