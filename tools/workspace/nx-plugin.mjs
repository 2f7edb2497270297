import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Infers the nx targets of every workspace package, so that no package repeats them:
 *
 * - `build`: `tsc -b`, where there is a tsconfig.json, then the description of its plugin, if it has one; or the package's own `bundle`
 *   script, where it has one
 * - `test`: its vitest project, where there is a folder `src` or `test`
 */
const typescript = {
  command: 'tsc -b',
  options: { cwd: '{projectRoot}' },
  dependsOn: ['^build'],
  inputs: ['production', '^production'],
  outputs: ['{projectRoot}/dist', '{projectRoot}/.tsbuildinfo'],
  cache: true,
};

const described = {
  ...typescript,
  command: 'tsc -b && node ../../tools/workspace/describe.mjs',
  inputs: [...typescript.inputs, '{workspaceRoot}/tools/workspace/describe.mjs'],
};

const bundle = {
  command: 'npm run bundle --silent',
  options: { cwd: '{projectRoot}' },
  dependsOn: ['^build'],
  inputs: ['production', '^production'],
  outputs: ['{projectRoot}/dist'],
  cache: true,
};

const vitest = (name) => ({
  command: `vitest run --project ${name} --reporter=dot --reporter=json --outputFile.json={projectRoot}/.vitest/results.json`,
  dependsOn: ['build', '^build'],
  inputs: ['default', '^production', { env: 'GOLDENS_DIR' }, { env: 'SURPRISAL_TEST_ENGINES' }],
  outputs: ['{projectRoot}/.vitest'],
  cache: true,
});

export const createNodesV2 = [
  '{packages,apps,tools}/*/package.json',
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = dirname(file);
      const has = (path) => existsSync(join(workspaceRoot, root, path));
      const manifest = JSON.parse(readFileSync(join(workspaceRoot, file), 'utf8'));
      const targets = {};
      if (manifest.scripts?.bundle) targets.build = bundle;
      else if (has('tsconfig.json')) targets.build = manifest.surprisal ? described : typescript;
      if (has('src') || has('test')) targets.test = vitest(manifest.name);
      return [file, { projects: { [root]: { targets } } }];
    }),
];
