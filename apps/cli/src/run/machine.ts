import { execFileSync } from 'node:child_process';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import type { DiscoveredPlugin } from '@surprisal/core/discovery';
import type { RunInfo } from './folder.js';

/** The machine and the process that a run is made on. */
export const describeMachine = (): Pick<RunInfo, 'machine' | 'process'> => ({
  machine: {
    node: process.version,
    platform: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  },
  process: { pid: process.pid, host: hostname() },
});

/** Versions of the plugins in use. */
export const describePackages = (discovered: readonly DiscoveredPlugin[]): Record<string, string> =>
  Object.fromEntries(discovered.filter(({ plugin }) => plugin).map(({ package: name, version }) => [name, version]));

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
