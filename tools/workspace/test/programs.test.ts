import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findChromium } from '../chromium.mjs';
import { closingLine, sumResults } from '../results.mjs';

const folder = mkdtempSync(join(tmpdir(), 'surprisal-programs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('findChromium', () => {
  const program = (name: string, mode: number) => {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), mode);
    return join(folder, name);
  };

  it('finds a browser on the PATH; CHROME_PATH comes first', () => {
    expect(findChromium({ PATH: folder })).toBeUndefined();
    const chromium = program('chromium', 0o755);
    const other = program('another-chrome', 0o755);
    expect(findChromium({ PATH: `/nowhere:${folder}` })).toBe(chromium);
    expect(findChromium({ PATH: folder, CHROME_PATH: other })).toBe(other);
    expect(findChromium({ PATH: folder, CHROME_PATH: join(folder, 'none') })).toBe(chromium);
    expect(findChromium({})).toBeUndefined();
  });
});

describe('the closing line of the tests', () => {
  const results = (path: string, passed: number, failed: number, pending: number) => {
    mkdirSync(join(folder, path, '.vitest'), { recursive: true });
    const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: 0 };
    writeFileSync(join(folder, path, '.vitest/results.json'), JSON.stringify(counts));
  };

  it('adds up what all packages left', () => {
    mkdirSync(join(folder, 'apps/untested'), { recursive: true });
    results('packages/a', 3, 0, 0);
    results('packages/b', 4, 1, 0);
    results('tools/c', 5, 0, 2);
    expect(sumResults(folder)).toEqual({ passed: 12, failed: 1, skipped: 2 });
    expect(closingLine(sumResults(folder))).toBe('12 passed, 1 failed, 2 skipped');
    expect(closingLine({ passed: 1, failed: 0, skipped: 0 })).toBe('1 passed, 0 failed');
  });
});
