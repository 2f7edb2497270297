import { problem } from './notice.js';

/** What goes wrong in a worker. */
export interface Problem {
  readonly type: 'problem';
  readonly message: string;
}

/** The worker of a lab, which computes while the page stays free. */
export class WorkerLink<Request, Reply extends { readonly type: string }> {
  #worker: Worker;

  /**
   * @param start starts a worker of the lab's own module
   * @param hear what the worker says, but problems
   * @param failed after a problem, which the page has been told of
   */
  constructor(
    private readonly start: () => Worker,
    private readonly hear: (reply: Reply) => void,
    private readonly failed: () => void,
  ) {
    this.#worker = this.#started();
  }

  ask(request: Request): void {
    this.#worker.postMessage(request);
  }

  /** Ends what the worker is doing, at once, and starts another one. */
  restart(): void {
    this.#worker.terminate();
    this.#worker.onmessage = null; // what it has said already is of no use
    this.#worker = this.#started();
  }

  #started(): Worker {
    const worker = this.start();
    worker.onmessage = ({ data }: MessageEvent<Reply | Problem>) => {
      if (data.type === 'problem') this.#fail((data as Problem).message);
      else this.hear(data as Reply);
    };
    worker.onerror = ({ message }) =>
      this.#fail(message || 'the worker of this page did not start; load the page again');
    return worker;
  }

  #fail(message: string): void {
    problem(message);
    this.failed();
  }
}
