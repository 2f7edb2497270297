import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, expect, it, vi } from 'vitest';

const scratch = new URL('../.vitest/readme/', import.meta.url);
afterAll(() => rm(scratch, { recursive: true, force: true }));

it('the example of the README prints what it says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /<!-- example: data -->\s+```ts\n([^]*?)```/.exec(readme)![1]!;
  const expected = Array.from(example.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm), ([, text]) => text);
  expect(expected.length).toBeGreaterThan(0);

  await mkdir(scratch, { recursive: true });
  const file = new URL('example.ts', scratch);
  await writeFile(file, example);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await import(file.href);
    expect(log.mock.calls.map((values) => values.join(' '))).toEqual(expected);
  } finally {
    log.mockRestore();
  }
});
