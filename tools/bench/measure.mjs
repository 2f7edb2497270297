import { spawnSync } from 'node:child_process';
import { Bench } from 'tinybench';

/** The median time of each of some functions in milliseconds, measured in turn in one run. */
export async function medians(functions, { quick }) {
  const bench = new Bench({ time: quick ? 200 : 1000, warmupTime: quick ? 50 : 250, throws: true });
  for (const [name, run] of Object.entries(functions)) bench.add(name, run);
  await bench.run();
  return Object.fromEntries(bench.tasks.map(({ name, result }) => [name, result.latency.p50]));
}

/** The time of one call in milliseconds, for what takes seconds, and what it gave. */
export async function once(run) {
  const start = performance.now();
  const value = await run();
  return { ms: performance.now() - start, value };
}

/** Bytes that stay on the heap and in array buffers per call, after collection; needs `node --expose-gc`, else undefined. */
export function bytesPerCall(run, calls = 1000) {
  if (!globalThis.gc) return undefined;
  const used = () => {
    globalThis.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  run();
  const before = used();
  for (let i = 0; i < calls; i++) run();
  return Math.max(0, used() - before) / calls;
}

/** What a script of a Python peer prints as JSON; undefined, with the reason said, when there is no Python with its packages. */
export function python(script, packages, input) {
  const command = process.env.PYTHON ?? 'python3';
  const works = spawnSync(command, ['-c', packages.map((name) => `import ${name}`).join(';')]).status === 0;
  if (!works) {
    console.log(`(${command} with ${packages.join(', ')} is not there: set PYTHON to one that has them)`);
    return undefined;
  }
  const { status, stdout, stderr } = spawnSync(command, [script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return JSON.parse(stdout);
}
