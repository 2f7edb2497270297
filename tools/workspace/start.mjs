// npm start: from a fresh clone to a reproduction with its claims and the demo, on a machine that has only Node and npm.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkNode, fail, install, root, step } from './steps.mjs';

const known = ['--no-serve', '--fresh'];
const flags = process.argv.slice(2);
const unknown = flags.find((flag) => !known.includes(flag));
if (unknown) {
  console.error(`npm start: unknown option "${unknown}": expected ${known.join(' or ')}`);
  process.exit(2);
}

checkNode();
install();
if (!step('build', 'nx', ['run-many', '-t', 'build', '--parallel=2', '--output-style=static']))
  fail('The build failed: see above.');

console.log('\n> the first reproduction, in its quick form: paper 1 on MNIST\n');
const reproduce = [
  'reproduce',
  'comp-sum',
  '--quick',
  '--runs',
  join(root, 'runs'),
  ...(flags.includes('--fresh') ? [] : ['--reuse']),
];
const { status } = spawnSync(process.execPath, [join(root, 'apps/cli/bin/surprisal.js'), ...reproduce], {
  cwd: root,
  stdio: 'inherit',
});
if (status === 130) process.exit(130);
if (status !== 0 && status !== 1) fail('The reproduction failed: see above.'); // 1: it ran, and a claim does not hold

if (flags.includes('--no-serve')) process.exit(0);
const { serve } = await import('../../apps/demo/serve.mjs');
const { url, close } = await serve();
console.log(`\nThe demo is at ${url}  (Ctrl-C ends it; npm start -- --no-serve leaves it out)`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void close().then(() => process.exit(0)));
