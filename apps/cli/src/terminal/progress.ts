import type { MetricEvent, ProgressEvent } from '@surprisal/core';
import type { Output } from '../output.js';
import type { Sink } from '../run/runner.js';

/** Shows where a run stands: one line that is updated on a terminal, a line every few seconds elsewhere. */
export interface ProgressView extends Sink {
  /** Takes the line away. */
  done(): void;
}

interface Handlers {
  progress(event: ProgressEvent): void;
  metric(event: MetricEvent): void;
  done(): void;
}

const REDRAW_MS = 100;
const LINE_MS = 5000;
const BARS = '▁▂▃▄▅▆▇█';

/** The view that fits the stream: nothing when quiet. */
export async function progressView(output: Output, title: string): Promise<ProgressView> {
  if (output.quiet) return { event: () => {}, done: () => {} };
  const { progress, metric, done } = await handlers(output, title);
  return {
    event(event) {
      if (event.type === 'progress') progress(event);
      if (event.type === 'metric') metric(event);
    },
    done,
  };
}

async function handlers(output: Output, title: string): Promise<Handlers> {
  if (!process.stderr.isTTY || !process.stderr.columns) return plainView(output, title);
  const { createLogUpdate } = await import('log-update');
  return updatingView(output, title, createLogUpdate(process.stderr, { showCursor: true }));
}

function plainView(output: Output, title: string): Handlers {
  const state = new Pace();
  let last: number | undefined;
  return {
    progress(event) {
      state.step(event);
      last ??= performance.now();
      if (event.step < event.of && performance.now() - last < LINE_MS) return;
      last = performance.now();
      process.stderr.write(
        `${title}: ${event.step}/${event.of}${state.rest(event)}${event.label ? `, ${event.label}` : ''}\n`,
      );
    },
    metric({ values }) {
      if (output.verbose) process.stderr.write(`${title}: ${JSON.stringify(values)}\n`);
    },
    done: () => {},
  };
}

function updatingView(
  output: Output,
  title: string,
  draw: { (text: string): void; clear(): void; done(): void },
): Handlers {
  const pace = new Pace();
  const losses: number[] = [];
  let last = 0;
  return {
    progress(event) {
      pace.step(event);
      if (event.step < event.of && performance.now() - last < REDRAW_MS) return;
      last = performance.now();
      const percent = `${Math.floor((100 * event.step) / event.of)}%`.padStart(4);
      const line = `${output.noteColors.cyan(title)} ${percent} ${bar(event.step / event.of, output.ascii)} ${event.step}/${event.of}${pace.rest(event)} ${sparkline(losses, output.ascii)}`;
      draw(`${line}\n${output.noteColors.dim(event.label ?? '')}`);
    },
    metric({ values }) {
      if (typeof values.loss === 'number') losses.push(values.loss);
      if (losses.length > 30) losses.shift();
    },
    done: () => draw.clear(),
  };
}

/** Steps per second and the time that is left. */
class Pace {
  #first: { readonly at: number; readonly step: number } | undefined;
  #rate = 0;

  step({ step }: ProgressEvent): void {
    this.#first ??= { at: performance.now(), step };
    const seconds = (performance.now() - this.#first.at) / 1000;
    if (seconds > 0) this.#rate = (step - this.#first.step) / seconds;
  }

  rest({ step, of }: ProgressEvent): string {
    if (this.#rate <= 0) return '';
    const seconds = Math.ceil((of - step) / this.#rate);
    const time =
      seconds >= 60 ? `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s` : `${seconds}s`;
    return `, ${this.#rate.toFixed(0)}/s, ${time} left`;
  }
}

function bar(share: number, ascii: boolean): string {
  const filled = Math.round(20 * share);
  return ascii
    ? `[${'='.repeat(filled)}${' '.repeat(20 - filled)}]`
    : `${'█'.repeat(filled)}${'░'.repeat(20 - filled)}`;
}

/** The course of the loss as a row of bars. */
const sparkline = (values: readonly number[], ascii: boolean): string =>
  values.length < 2 ? '' : `loss ${bars(values, ascii)}`;

/** The course of a number as a row of bars. */
export function bars(values: readonly number[], ascii = false): string {
  const signs = ascii ? '_.-=#' : BARS;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const level = (value: number) => (high === low ? 0 : Math.round(((value - low) / (high - low)) * (signs.length - 1)));
  return values.map((value) => signs[level(value)]).join('');
}
