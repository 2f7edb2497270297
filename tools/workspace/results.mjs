import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The test results that the packages' last runs left, cached ones included, added up. */
export function sumResults(root) {
  const files = ['packages', 'apps', 'tools']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name, '.vitest/results.json')))
    .filter((file) => existsSync(file));
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    sum.passed += results.numPassedTests;
    sum.failed += results.numFailedTests;
    sum.skipped += results.numPendingTests + results.numTodoTests;
  }
  return sum;
}

/** `12 passed, 0 failed`, with the skipped ones when there are some. */
export const closingLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
