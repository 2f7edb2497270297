import { type ClaimEvent, claim, estimate } from '@surprisal/core';
import type { LabelQuality } from '@surprisal/data';
import type { TopomortarParams } from './params.js';
import type { Fix, TrainingResult } from './training.js';

/** Which number of which trainings. */
interface Reading {
  readonly loss?: string;
  readonly labels: LabelQuality;
  readonly fix?: Fix;
  readonly of: (result: TrainingResult) => number;
}

const betti0 = ({ alike }: TrainingResult) => alike.betti0;
const betti1 = ({ alike }: TrainingResult) => alike.betti1;
const both = ({ alike }: TrainingResult) => alike.betti0 + alike.betti1;
const bothShifted = ({ shifted }: TrainingResult) => shifted.betti0 + shifted.betti1;

/** That a mean over seeds is at most a factor times another. */
interface Comparison {
  readonly says: string;
  readonly paper: string;
  readonly less: Reading;
  readonly more: Reading;
  readonly factor: number;
}

const baseline = { loss: 'ce-dice', fix: 'none' } as const;

/** What the paper found, where it can be said of two settings. */
const comparisons: readonly Comparison[] = [
  ...(['accurate', 'noisy'] as const).map((labels) => ({
    says: `${labels} labels: clDice makes at most 0.75 times the Betti 0 error of CE-Dice`,
    paper: labels === 'accurate' ? '1.17 against 3.31' : '5.01 against 6.24',
    less: { loss: 'soft-cl-dice', labels, of: betti0 },
    more: { ...baseline, labels, of: betti0 },
    factor: 0.75,
  })),
  ...[
    ['skeleton-recall', '1.49 against 5.08'],
    ['soft-cl-dice', '6.77 against 5.08: it does not hold there'],
  ].map(([loss, found]) => ({
    says: `noisy labels: ${loss} makes no larger Betti 1 error than CE-Dice`,
    paper: found!,
    less: { loss: loss!, labels: 'noisy' as const, of: betti1 },
    more: { ...baseline, labels: 'noisy' as const, of: betti1 },
    factor: 1,
  })),
  {
    says: 'pseudo-labels: clDice makes at most half the Betti errors of CE-Dice',
    paper: '1.8 + 4.3 against 12.26 + 12.0',
    less: { loss: 'soft-cl-dice', labels: 'pseudo', of: both },
    more: { ...baseline, labels: 'pseudo', of: both },
    factor: 0.5,
  },
  ...[
    ['topo-loss', '3.14 + 2.73 against 3.31 + 2.13'],
    ['warping', '4.2 + 3.62 against 3.31 + 2.13'],
  ].map(([loss, found]) => ({
    says: `accurate labels: CE-Dice makes no more Betti errors than ${loss}`,
    paper: `${found!}, the second those of CE-Dice`,
    less: { ...baseline, labels: 'accurate' as const, of: both },
    more: { loss: loss!, labels: 'accurate' as const, of: both },
    factor: 1,
  })),
  {
    says: 'random hues: at most 0.75 times the Betti errors of CE-Dice on shifted walls',
    paper: '70 + 53 against 197 + 88',
    less: { loss: 'ce-dice', labels: 'accurate', fix: 'rand-hue', of: bothShifted },
    more: { ...baseline, labels: 'accurate', of: bothShifted },
    factor: 0.75,
  },
  ...(['noisy', 'pseudo'] as const).map((labels) => ({
    says: `${labels === 'noisy' ? 'noisy labels' : 'pseudo-labels'}: self-distillation makes at most 0.75 times the Betti errors of CE-Dice`,
    paper: labels === 'noisy' ? '2.43 + 2.79 against 6.24 + 5.08' : '3.76 + 3.99 against 12.26 + 12.0',
    less: { loss: 'ce-dice', labels, fix: 'self-distillation' as const, of: both },
    more: { ...baseline, labels, of: both },
    factor: 0.75,
  })),
];

/** The claims of the paper's tables, and that losses that differ in topology do not differ in overlap. */
export function* topomortarClaims(results: readonly TrainingResult[], params: TopomortarParams): Generator<ClaimEvent> {
  const note = `means of ${params.seeds} seeds and ${params.testWalls} drawn walls of ${params.size} pixels, a U-Net of ${params.width} filters and ${params.steps} steps, in place of 10 seeds, photographs, nnU-Net and 12,000 steps`;
  for (const { says, paper, less, more, factor } of comparisons) {
    const [a, b] = [less, more].map((reading) => readings(results, reading));
    if (a!.length === 0 || b!.length === 0) continue; // labels that were left out
    const [left, right] = [estimate(a!), estimate(b!)];
    yield claim({
      says,
      paper,
      measured: `${shown(left)} against ${shown(right)}`,
      holds: left.mean <= factor * right.mean,
      note,
    });
  }
  if (params.labels.includes('accurate')) yield overlapClaim(results, note);
}

function overlapClaim(results: readonly TrainingResult[], note: string): ClaimEvent {
  const losses = [...new Set(results.map(({ loss }) => loss))];
  const dices = losses.map((loss) => estimate(readings(results, { loss, labels: 'accurate', of: ({ alike }) => alike.dice })).mean); // prettier-ignore
  const [low, high] = [Math.min(...dices), Math.max(...dices)];
  return claim({
    says: 'accurate labels: the Dice of all losses is the same within 0.01',
    paper: 'about 0.91 for all',
    measured: `${low.toFixed(3)} to ${high.toFixed(3)}`,
    holds: high - low <= 0.01,
    note,
  });
}

const readings = (results: readonly TrainingResult[], { loss, labels, fix = 'none', of }: Reading): number[] =>
  results.filter((result) => result.loss === loss && result.labels === labels && result.fix === fix).map(of);

const shown = ({ mean, standardError }: { readonly mean: number; readonly standardError?: number }) =>
  standardError === undefined ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${standardError.toFixed(2)}`;
