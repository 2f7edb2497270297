import { constants } from 'node:os';

/** What Ctrl-C does to a run. */
export interface Cancellation {
  readonly signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after SIGTERM. */
  readonly exitCode: number;
  release(): void;
}

/** Ctrl-C, or SIGTERM, asks the run to end after its step; once more, it ends at once. */
export function cancellation(heard: { once(): void; twice(): void }): Cancellation {
  const controller = new AbortController();
  let exitCode = 0;
  const stop = (name: NodeJS.Signals) => {
    exitCode = 128 + constants.signals[name];
    if (!controller.signal.aborted) {
      controller.abort();
      return heard.once();
    }
    heard.twice();
    process.exit(exitCode);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    release: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
