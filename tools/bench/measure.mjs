import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Median, and the quartiles around it. */
export function spread(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/**
 * The times of some functions in milliseconds per call, taken in turn (A B A B ...), so that what else the machine does falls on all
 * of them alike.
 */
export async function inTurn(functions, { quick, rounds = quick ? 5 : 15, roundMs = quick ? 20 : 60 }) {
  const times = Object.fromEntries(Object.keys(functions).map((name) => [name, []]));
  const calls = {};
  for (const [name, run] of Object.entries(functions)) {
    await run();
    const start = performance.now();
    await run();
    calls[name] = Math.max(1, Math.round(roundMs / (performance.now() - start)));
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(functions)) {
      const start = performance.now();
      for (let call = 0; call < calls[name]; call++) await run();
      times[name].push((performance.now() - start) / calls[name]);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, spread(list)]));
}

/** The time of one call in milliseconds, for what takes seconds, and what it gave. */
export async function once(run) {
  const start = performance.now();
  const value = await run();
  return { ms: performance.now() - start, value };
}

/** Bytes per call that are left for the collector, in heap and array buffers; undefined without `node --expose-gc`. */
export async function bytesPerCall(run, calls = 200) {
  if (!globalThis.gc) return undefined;
  const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  await run();
  globalThis.gc();
  const before = used();
  for (let call = 0; call < calls; call++) await run();
  return Math.max(0, used() - before) / calls;
}

/**
 * What a script of `peers/` prints as JSON, given an input as JSON. Undefined, with the reason said, where there is no Python with the
 * packages it needs; the variable PYTHON names another one.
 */
export function python(script, packages, input) {
  const command = process.env.PYTHON ?? 'python3';
  const imports = packages.map((name) => `import ${name}`).join('; ');
  if (spawnSync(command, ['-c', imports]).status !== 0) {
    console.log(`\n${command} has no ${packages.join(' and ')}: its peer is left out (PYTHON names another one)`);
    return undefined;
  }
  const file = join(import.meta.dirname, 'peers', script);
  const options = { input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 1 << 28 };
  const { status, stdout, stderr } = spawnSync(command, [file], options);
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return JSON.parse(stdout);
}
