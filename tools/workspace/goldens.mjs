// npm run test:goldens: the golden tests of all packages and nothing else. GOLDENS_DIR points them at other reference values.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { checkNode, install, root } from './steps.mjs';

checkNode();
install();
if (process.env.GOLDENS_DIR) process.env.GOLDENS_DIR = resolve(process.env.GOLDENS_DIR);
const files = readdirSync(join(root, 'packages'))
  .map((name) => join('packages', name, 'src'))
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)))
  .filter((file) => file.endsWith('.test.ts') && /^\s*goldens\(/m.test(readFileSync(join(root, file), 'utf8')));
const args = ['run', ...files, '-t', 'goldens', '--reporter=./tools/workspace/goldens-reporter.mjs'];
const { status } = spawnSync(resolve(root, 'node_modules/.bin/vitest'), args, { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
