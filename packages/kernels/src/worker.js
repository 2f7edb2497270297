// One thread of the pool (pool.ts): waits to be called, takes chunks until none is left, and waits again. Runs as a worker of
// Node or of a page, from its text alone.

const [IDLE, CALLED, WORKING, FAILED] = [0, 1, 2, 3];
const NEXT = 5;

/** For how many looks it stays awake: some microseconds, in which it can be called at no cost. */
const AWAKE = 4000;

const inNode = globalThis.process?.getBuiltinModule?.('node:worker_threads');
if (inNode) work(inNode.workerData, inNode.parentPort);
else globalThis.onmessage = ({ data }) => work(data, globalThis);

function work({ module, memory, job, numbers, state }, pool) {
  const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports);
  pool.postMessage('ready');
  for (;;) {
    for (let looks = 0; looks < AWAKE && Atomics.load(state, 0) !== CALLED; looks++);
    Atomics.wait(state, 0, IDLE);
    if (Atomics.compareExchange(state, 0, CALLED, WORKING) !== CALLED) continue;
    Atomics.store(state, 0, take(kernels, job, numbers, state[1]) ? IDLE : FAILED);
    Atomics.notify(state, 0);
  }
}

/** Whether all went well. */
function take(kernels, job, numbers, thread) {
  const [kernel, count, units, chunk, scratch] = job;
  const args = numbers.slice(0, count);
  if (scratch > 0) args[count - 1] += thread * scratch;
  try {
    for (let from; (from = Atomics.add(job, NEXT, chunk)) < units;) {
      kernels[kernel](...args, from, Math.min(from + chunk, units));
    }
    return true;
  } catch {
    return false;
  }
}
