import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, it } from 'vitest';
import { root } from '../steps.mjs';

// With CI set, typescript-eslint would read the file from the disk, not the line that is given here.
process.env.TSESTREE_SINGLE_RUN = 'false';
const eslint = new ESLint({ cwd: root });

/** What lint says of a line in a file of the workspace. */
async function said(file: string, line: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${line}\n`, { filePath: join(root, file) });
  return result!.messages.map(({ ruleId }) => ruleId ?? 'parse');
}

it.each([
  ['packages/losses/src/focal.ts', `export { subset } from '@surprisal/data';`, '@nx/enforce-module-boundaries'],
  ['packages/core/src/random.ts', `export { focal } from '@surprisal/losses';`, '@nx/enforce-module-boundaries'],
  [
    'packages/nn/src/mlp.ts',
    `export { compSumStudy } from '@surprisal/reproductions';`,
    '@nx/enforce-module-boundaries',
  ],
  ['packages/losses/src/focal.ts', `export { add } from '@tensorflow/tfjs';`, 'no-restricted-imports'],
  ['packages/core/src/random.ts', `export { add } from '@tensorflow/tfjs';`, 'no-restricted-imports'],
  ['packages/data/src/idx.ts', `export const draw = Math.random();`, 'no-restricted-properties'],
])('lint keeps the floors: %s must not have %s', async (file, line, rule) => {
  expect(await said(file, line)).toEqual([rule]);
});

it('lint lets imports run downward', async () => {
  expect(await said('packages/reproductions/src/shared/grid.ts', `export { focal } from '@surprisal/losses';`)).toEqual(
    [],
  );
  expect(await said('packages/losses/src/focal.ts', `export { add } from '@surprisal/core/tensor';`)).toEqual([]);
});
