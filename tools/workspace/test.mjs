// npm test: everything that must hold before a change goes in, on a machine that has only Node and npm.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { closingLine, sumResults } from './results.mjs';
import { checkNode, fail, install, root, step } from './steps.mjs';

checkNode();
install();
const chromium = ensureChromium();
if (!chromium) fail('No browser: the browser tests cannot run.');

// Results of an earlier run must not be counted when a test run breaks down before it writes its own.
for (const group of ['packages', 'apps', 'tools']) {
  for (const name of readdirSync(join(root, group)))
    rmSync(join(root, group, name, '.vitest'), { recursive: true, force: true });
}

const nx = (...args) => ['nx', [...args, '--parallel=2', '--output-style=static']];
const env = { CHROME_PATH: chromium };
const steps = [
  ['lint', ...nx('run', 'surprisal:lint')],
  ['format', ...nx('run', 'surprisal:format')],
  ['typecheck', ...nx('run', 'surprisal:typecheck')],
  ['build', ...nx('run-many', '-t', 'build')],
  ['test', ...nx('run-many', '-t', 'test', '--nxBail=false')],
  ['docs', ...nx('run', 'surprisal:docs')],
  ['readme', ...nx('run', 'surprisal:readme')],
  ['pack', ...nx('run', 'surprisal:pack')],
];
const failed = steps.filter(([name, command, args]) => !step(name, command, args, { env }));
const results = sumResults(root);
if (failed.length > 0) console.log(`failed: ${failed.map(([name]) => name).join(', ')}`);
console.log(closingLine(results));
process.exit(failed.length === 0 && results.failed === 0 && results.passed > 0 ? 0 : 1);
