import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { softwareVulkan } from './tools/workspace/chromium.mjs';

/** One project for each workspace package that has tests, named as the package is. */
const projects = ['packages', 'apps', 'tools'].flatMap((group) =>
  readdirSync(group)
    .map((folder) => `${group}/${folder}`)
    .filter((root) => existsSync(`${root}/package.json`) && (existsSync(`${root}/src`) || existsSync(`${root}/test`)))
    .map((root) => ({
      extends: true as const,
      test: { name: (JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { name: string }).name, root },
    })),
);

// The webgpu engine is tested on any machine that has a Chromium; without one its tests are skipped.
Object.assign(process.env, softwareVulkan());

execFileSync(process.execPath, [`${import.meta.dirname}/packages/kernels/build/compile.mjs`], { stdio: 'inherit' });

// Tests run on the sources of all packages: no build is needed to see a change. The kernels alone are compiled, when they have one.
const conditions = ['@surprisal/source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000, // a hung test ends; a busy machine does not fail one
    hookTimeout: 120_000, // some hooks clear folders with packages installed in them
  },
});
