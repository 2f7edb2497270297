import type { MetricEvent } from '@surprisal/core';

/** A number that was measured at a step. */
export interface Point {
  readonly metric: string;
  readonly value: number;
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

/** All that was measured under the same labels: one curve per metric. */
export interface Series {
  /** `tau 1, noise 0.4, seed 1`; empty when the lines have no labels. */
  readonly name: string;
  readonly labels: readonly Label[];
  readonly points: readonly Point[];
}

type Row = MetricEvent['values'];
type Label = readonly [key: string, value: string | number];

/** Numbers that say under what something was measured, not what came out. Texts always do. */
const NUMERIC_LABELS = ['noise', 'seed'];
const STEPS = ['step', 'epoch'];
const WALL_TIME = 'wallTime';

/**
 * The lines of metrics.jsonl as series, in the order of their first lines. A line is at its `step`, its `epoch`, or else its
 * number, counted from 1; it was written at its `wallTime` (seconds since 1970), or else counts as written when the run began.
 */
export function seriesOf(rows: readonly Row[], started: string): Series[] {
  const series = new Map<string, { labels: readonly Label[]; points: Point[] }>();
  rows.forEach((row, i) => {
    const labels = Object.entries(row).filter(isLabel);
    const name = labels.map(nameOf).join(', ');
    if (!series.has(name)) series.set(name, { labels, points: [] });
    series.get(name)!.points.push(...pointsOf(row, i + 1, Date.parse(started) / 1000));
  });
  return [...series].map(([name, { labels, points }]) => ({ name, labels, points }));
}

const isLabel = ([key, value]: Label) => typeof value === 'string' || NUMERIC_LABELS.includes(key);

const nameOf = ([key, value]: Label) => (key === 'label' ? String(value) : `${key} ${value}`);

function pointsOf(row: Row, line: number, started: number): Point[] {
  const stepKey = STEPS.find((key) => Number.isSafeInteger(row[key]));
  const step = stepKey === undefined ? line : (row[stepKey] as number);
  const wallTime = typeof row[WALL_TIME] === 'number' ? row[WALL_TIME] : started;
  return Object.entries(row)
    .filter(([key, value]) => !isLabel([key, value]) && key !== stepKey && key !== WALL_TIME)
    .map(([metric, value]) => ({ metric, value: numberOf(value), step, wallTime }));
}

/** JSON has no NaN or infinity: a number that was one comes back as null. */
const numberOf = (value: string | number | null) => (value === null ? NaN : Number(value));
