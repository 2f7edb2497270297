import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { untakenOperations } from '../goldens-reporter.mjs';

const root = mkdtempSync(join(tmpdir(), 'surprisal-goldens-'));
afterAll(() => rmSync(root, { recursive: true }));

it('lists the operations of a goldens file that no package takes, once for all that copy the file', () => {
  const cases = [
    { name: 'small', op: 'entropy' },
    { name: 'large', op: 'entropy' },
    { name: 'one', op: 'fit' },
    { name: 'two', op: 'predict' },
  ];
  for (const name of ['first', 'second']) {
    mkdirSync(join(root, 'packages', name, 'goldens'), { recursive: true });
    writeFileSync(join(root, 'packages', name, 'goldens', '07-shared.json'), JSON.stringify({ cases }));
  }
  mkdirSync(join(root, 'packages', 'bare'));
  expect(untakenOperations(root, new Set(['07-shared/one']))).toEqual([
    '07-shared: no package takes "entropy" yet (2 cases)',
    '07-shared: no package takes "predict" yet (1 case)',
  ]);
});
