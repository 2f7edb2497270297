import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import type { DiscoveredPlugin } from '@surprisal/core/discovery';
import type { Owner, RunInfo } from './info.js';

/** The machine and the process that a run is made on. */
export function describeMachine(): Pick<RunInfo, 'machine' | 'process'> {
  const start = startOf(process.pid);
  return {
    machine: {
      node: process.version,
      platform: `${platform()} ${release()} ${arch()}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    process: { pid: process.pid, host: hostname(), ...(start !== undefined && { start }) },
  };
}

/** Whether the process of a run is known to be gone; one on another machine is not. */
export function isGone({ pid, host, start }: Owner): boolean {
  if (host !== hostname()) return false;
  return !isAlive(pid) || (start !== undefined && startOf(pid) !== start);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, in ticks since the machine did: Linux says it, as the 20th word after the name in parentheses. */
function startOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Versions of the plugins in use, and of what they stand on. */
export function describePackages(discovered: readonly DiscoveredPlugin[]): Record<string, string> {
  const plugins = discovered
    .filter(({ problem }) => problem === undefined)
    .map(({ package: name, version }) => [name, version]);
  const others = ['@surprisal/cli', '@surprisal/core', '@tensorflow/tfjs'].map((name) => [name, versionOf(name)]);
  return Object.fromEntries([...others, ...plugins]) as Record<string, string>;
}

/** The version of this command or of a package that it depends on. */
export function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  return (require(name === '@surprisal/cli' ? '../../package.json' : `${name}/package.json`) as { version: string })
    .version;
}

/** The commit of the current folder and whether it has changes, when it is a git checkout. */
export function describeGit(): RunInfo['git'] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return { commit: git('rev-parse', 'HEAD'), dirty: git('status', '--porcelain') !== '' };
  } catch {
    return undefined;
  }
}
