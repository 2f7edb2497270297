import type { Compiled, Ranged } from './module.js';
import { type Thread, startWorker } from './thread.js';

/** What is known of a worker: it sleeps, was called and may still sleep, works, has failed. As in worker.js. */
const [IDLE, CALLED, WORKING, FAILED] = [0, 1, 2, 3];

/** The fields of a job: the kernel's place among the exports, the number of its arguments, units, units in a chunk, the bytes each thread has to work in, where the next chunk begins. */
const FIELDS = 6;
const NEXT = 5;
const MOST_ARGUMENTS = 32;

/** Chunks for each thread, on average: so many that one that is held up does not hold up the others for long. */
const CHUNKS = 4;

/** For how many looks the calling thread stays awake when it has nothing left to do. */
const AWAKE = 4000;

interface Helper {
  readonly thread: Thread;
  /** What it does, and which thread it is for the job. */
  readonly state: Int32Array;
}

/**
 * Threads that share a memory and run kernels in parts. A job is cut into chunks, and whoever is free takes the next one, the
 * calling thread among them: a worker that sleeps, or that the system holds up, costs nothing but its help. What a chunk
 * computes does not depend on who computes it.
 */
export class Pool {
  private readonly job = new Int32Array(new SharedArrayBuffer(FIELDS * 4));
  private readonly numbers = new Float64Array(new SharedArrayBuffer(MOST_ARGUMENTS * 8));
  private readonly places: ReadonlyMap<string, number>;
  private helpers: readonly Helper[] = [];
  private resized: Promise<void> = Promise.resolve();

  constructor(
    private readonly module: WebAssembly.Module,
    private readonly compiled: Compiled,
  ) {
    this.places = new Map(Object.keys(compiled).map((name, i) => [name, i]));
  }

  /** How many threads compute, the calling one among them. */
  get threads(): number {
    return this.helpers.length + 1;
  }

  /** Starts or ends workers until there are so many threads; fewer where the host does not let them start. */
  resize(threads: number): Promise<void> {
    this.resized = this.resized.then(async () => {
      const kept = this.helpers.slice(0, threads - 1);
      for (const { thread } of this.helpers.slice(kept.length)) thread.terminate();
      this.helpers = kept;
      const started = await Promise.allSettled(Array.from({ length: threads - 1 - kept.length }, () => this.start()));
      this.helpers = [...kept, ...started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))];
    });
    return this.resized;
  }

  private async start(): Promise<Helper> {
    const { worker } = await import('#binary');
    const { module, job, numbers } = this;
    const { memory } = this.compiled;
    const state = new Int32Array(new SharedArrayBuffer(128)).subarray(0, 2); // in a line of a cache of its own
    return { thread: await startWorker(worker, { module, memory, job, numbers, state }), state };
  }

  /**
   * Runs a kernel over its units, at least `grain` of them at a time.
   *
   * @param scratch when not 0: how many bytes from the address in the last argument on each thread has for its own
   */
  run(kernel: Ranged, units: number, grain: number, args: readonly number[], scratch: number): void {
    const chunk = Math.max(grain, Math.ceil(units / (this.threads * CHUNKS)));
    const helpers = this.helpers.slice(0, Math.ceil(units / chunk) - 1);
    this.job.set([this.places.get(kernel)!, args.length, units, chunk, scratch, 0]);
    this.numbers.set(args);
    helpers.forEach(({ state }, i) => call(state, i + 1));
    let well = true;
    try {
      for (let from; (from = Atomics.add(this.job, NEXT, chunk)) < units;) {
        this.compiled[kernel](...args, from, Math.min(from + chunk, units));
      }
    } finally {
      Atomics.store(this.job, NEXT, units); // when ours failed, the others need not go on
      for (const { state } of helpers) well = settle(state) && well;
    }
    if (!well) throw new Error(`kernels: ${kernel} failed in another thread`);
  }
}

function call(state: Int32Array, thread: number): void {
  state[1] = thread;
  Atomics.store(state, 0, CALLED);
  Atomics.notify(state, 0);
}

/** Waits for a worker while it works; one that has not woken up yet is not needed any more. Whether all went well. */
function settle(state: Int32Array): boolean {
  if (Atomics.compareExchange(state, 0, CALLED, IDLE) === CALLED) return true;
  for (let looks = 0; Atomics.load(state, 0) === WORKING; looks++) {
    if (looks > AWAKE && mayWait()) Atomics.wait(state, 0, WORKING);
  }
  return Atomics.exchange(state, 0, IDLE) !== FAILED;
}

/** A page's own thread may not. */
const mayWait = (): boolean => typeof document === 'undefined';
