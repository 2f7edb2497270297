/** A worker that runs. */
export interface Thread {
  terminate(): unknown;
}

/** What Node has for workers, as far as it is used here. */
interface NodeWorker extends Thread {
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): void;
  unref(): void;
}
type NodeWorkers = { Worker: new (source: string, options: object) => NodeWorker };
type NodeProcess = { getBuiltinModule?(name: string): NodeWorkers | undefined };

/**
 * Starts a worker from its text, so that no file has to be found and every bundler takes it.
 *
 * @returns the worker, once it has said that it is ready. It does not keep a process from ending.
 * @throws Error where the host lets none start
 */
export function startWorker(source: string, given: object): Promise<Thread> {
  const { process } = globalThis as { process?: NodeProcess };
  const workers = process?.getBuiltinModule?.('node:worker_threads');
  return workers ? startInNode(workers, source, given) : startInPage(source, given);
}

function startInNode({ Worker }: NodeWorkers, source: string, workerData: object): Promise<Thread> {
  const worker = new Worker(source, { eval: true, workerData, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', reject);
    worker.on('message', () => {
      worker.unref();
      resolve(worker);
    });
  });
}

function startInPage(source: string, given: object): Promise<Thread> {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  const started = new Promise<Thread>((resolve, reject) => {
    worker.onerror = reject;
    worker.onmessage = () => resolve(worker);
    worker.postMessage(given);
  });
  return started.finally(() => URL.revokeObjectURL(url));
}
