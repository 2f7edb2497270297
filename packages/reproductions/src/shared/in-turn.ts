import { type MetricEvent, type StudyContext, type StudyEvent, checkpoint, metric, progress } from '@surprisal/core';

/** A part of a study that needs none of the others. */
export interface Part<R> {
  /** What is being computed: `'tau 3, seed 2'`. */
  readonly label: string;
  /** Gives plain JSON values: they are kept in checkpoints. */
  compute(): R | Promise<R>;
}

/**
 * Computes the parts of a study one after another, with a checkpoint after each, so that the study can be stopped between them and
 * goes on where it was.
 *
 * @param metrics the lines that a result adds to the metrics
 * @returns the results of all parts; undefined when the run was asked to end
 */
export async function* inTurn<R>(
  parts: readonly Part<R>[],
  { signal, resume }: Pick<StudyContext, 'signal' | 'resume'>,
  metrics: (result: R) => readonly MetricEvent['values'][] = () => [],
): AsyncGenerator<StudyEvent, R[] | undefined, void> {
  const results = [...((resume?.json as readonly R[] | undefined) ?? [])];
  while (results.length < parts.length) {
    await breathe();
    if (signal?.aborted) return undefined;
    const part = parts[results.length]!;
    const result = await part.compute();
    results.push(result);
    for (const values of metrics(result)) yield metric(values);
    yield checkpoint({ json: [...results], arrays: {} });
    yield progress(results.length, parts.length, part.label);
  }
  return results;
}

/** Lets what waits be done: signals, messages, the drawing of a page. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));
