import type { Contestant, DataLoader, Study, StudyEvent, StudyState } from '@surprisal/core';

/** What a study is run with. */
export interface RunStudyOptions {
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** The engine in use. */
  readonly engine: string;
  readonly data: DataLoader;
  /** Asks the run to end after its step. */
  readonly signal: AbortSignal;
  /** The state to go on from. */
  readonly resume?: StudyState | undefined;
  /** What a comparison compares. */
  readonly contestants?: readonly Contestant[] | undefined;
}

/** Takes a study's events as they come: a run folder keeps them, a terminal shows them. */
export interface Sink {
  event(event: StudyEvent): void;
}

const TURN_MS = 50;

/**
 * Runs a study and hands each of its events to the sinks, in order.
 *
 * @returns `'stopped'` when the study was asked to end and did so before it was done
 */
export async function runStudy(
  study: Study,
  { resume, contestants, ...given }: RunStudyOptions,
  sinks: readonly Sink[],
): Promise<'finished' | 'stopped'> {
  const context = { ...given, ...(resume && { resume }), ...(contestants && { contestants }) };
  let last: StudyEvent['type'] | undefined;
  let turned = performance.now();
  for await (const event of study.run(context)) {
    last = event.type;
    for (const sink of sinks) sink.event(event);
    if (performance.now() - turned < TURN_MS) continue;
    await new Promise(setImmediate); // a study that never waits would keep Ctrl-C from being heard
    turned = performance.now();
  }
  return given.signal.aborted && !endsWithResult(last) ? 'stopped' : 'finished';
}

/** A study that was asked to end returns after a checkpoint; one that was done by then returns after its results. */
const endsWithResult = (last: StudyEvent['type'] | undefined) =>
  last === 'claim' || last === 'table' || last === 'plot' || last === 'artifact';
