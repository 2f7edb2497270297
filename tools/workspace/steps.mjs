import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the workspace. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const { packageManager, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Ends with a message that says what to do. */
export function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Refuses a Node that is too old, in words. */
export function checkNode() {
  const wanted = engines.node.replace('>=', '').split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
    fail(`Node ${engines.node} is needed, this is ${process.version}: install a newer one from nodejs.org`);
  }
}

const seconds = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/**
 * Runs a program from the workspace's own node_modules as a named step; its output is shown when it fails, or as it comes when `live`.
 *
 * @returns whether it succeeded
 */
export function step(name, command, args, { live = false, env = {} } = {}) {
  const start = performance.now();
  if (live) console.log(`\n> ${name}`);
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', PATH: path, ...env },
    stdio: live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const ok = status === 0;
  if (!ok && !live) process.stdout.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds(start)})`);
  return ok;
}

/** Installs the dependencies, as locked, with the pnpm that package.json pins; npm alone is needed for that. */
export function install() {
  const lock = ['--frozen-lockfile', '--reporter=append-only'];
  if (!step('install', 'npx', ['--yes', packageManager, 'install', ...lock])) {
    fail('The dependencies could not be installed: see above. The npm registry must be within reach.');
  }
}
