/// <reference lib="webworker" />
import type { Problem } from './worker-link.js';

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** What a worker does about each request. */
export type Handlers<Request extends { readonly type: string }> = {
  readonly [T in Request['type']]: (request: Extract<Request, { type: T }>) => void | Promise<void>;
};

/**
 * Answers the requests of the page, and tells it what goes wrong.
 *
 * @param ready what must be there before the first answer
 * @returns sends a reply
 */
export function answer<Request extends { readonly type: string }, Reply>(
  handlers: Handlers<Request>,
  ready: Promise<unknown> = Promise.resolve(),
): (reply: Reply) => void {
  scope.onmessage = async ({ data }: MessageEvent<Request>) => {
    try {
      await ready;
      await handlers[data.type as Request['type']](data as never);
    } catch (error) {
      complain(error);
    }
  };
  return (reply) => scope.postMessage(reply);
}

/** Tells the page what went wrong. */
export function complain(error: unknown): void {
  scope.postMessage({ type: 'problem', message: (error as Error).message } satisfies Problem);
}
