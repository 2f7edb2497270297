// Implementations in processes of their own: each has its engine for itself, and they are timed in turn.
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const at = (...path) => join(import.meta.dirname, ...path);

/** An implementation in JavaScript: a module of `contestants/`, with an argument. */
export async function nodeContestant(module, argument = '', flags = []) {
  const child = fork(at('contestants', 'child.mjs'), [`./${module}`, argument], {
    execArgv: [...process.execArgv, ...flags],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const answer = async () => (await once(child, 'message'))[0];
  const { names } = await answer();
  return {
    names,
    async time(name, calls) {
      child.send({ name, calls });
      return answer();
    },
    forget: (name) => void child.send({ forget: name }),
    stop: () => void child.kill(),
  };
}

/** An implementation in Python, when its packages are installed: a script of `peers/` that answers line by line, with an argument. */
export async function pythonContestant(script, packages, argument = '') {
  const command = process.env.PYTHON ?? 'python3';
  const imports = packages.map((name) => `import ${name}`).join('; ');
  if (spawnSync(command, ['-c', imports]).status !== 0) {
    console.log(`\n${command} has no ${packages.join(' and ')}: its peer is left out (PYTHON names another one)`);
    return undefined;
  }
  const child = spawn(command, [at('peers', script), argument], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await lines.next()).value);
  const ask = (message) => void child.stdin.write(`${JSON.stringify(message)}\n`);
  const { names } = await answer();
  return {
    names,
    async time(name, calls) {
      ask({ name, calls });
      return answer();
    },
    forget: (name) => ask({ forget: name }),
    stop: () => void child.stdin.end(),
  };
}

/**
 * The times of one case by every contestant that has it, in turn (A B A B ...): name of the contestant to median, quartiles and note; and
 * what those that failed said.
 */
export async function compare(
  contestants,
  name,
  { quick, rounds = quick ? 3 : 9, roundMs = quick ? 50 : 250, slowest = 20_000 },
) {
  const racing = Object.entries(contestants).filter(([, { names }]) => names.includes(name));
  const calls = {};
  const times = {};
  const failed = {};
  for (const [who, { time }] of racing) {
    const warm = await time(name, 1);
    const second = (warm.error ?? warm.ms > slowest) ? warm : await time(name, 1);
    if (second.error) failed[who] = second.error;
    else [calls[who], times[who]] = [Math.max(1, Math.round(roundMs / second.ms)), []];
  }
  const notes = {};
  for (let round = 0; round < rounds; round++) {
    for (const [who, { time }] of racing.filter(([who]) => who in times)) {
      if (times[who].some((ms) => ms > slowest / 4) && round > 1) continue; // what takes so long is not taken so often
      const { ms, note } = await time(name, calls[who]);
      times[who].push(ms);
      notes[who] = note;
    }
  }
  for (const [, { forget }] of racing) forget(name);
  return { times, notes, failed };
}
