import { expect } from 'vitest';
import { type Ended, lastLine } from './project.js';

/** Expects that a mistake was told in one line on stderr, with exit code 2, and nothing on stdout. */
export function expectRefused({ code, stdout, stderr }: Ended, message: string | RegExp): void {
  const said = lastLine(stderr).replace(/^surprisal: /, '');
  if (typeof message === 'string') expect(said).toBe(message);
  else expect(said).toMatch(message);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).not.toContain('    at ');
}
