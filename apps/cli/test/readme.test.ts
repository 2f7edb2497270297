import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject, surprisalProcess } from './project.js';

let project: ReturnType<typeof makeProject>;
beforeAll(() => {
  project = makeProject();
  writeFileSync(join(project.folder, 'p.csv'), '0.5,0.5,0\n');
  writeFileSync(join(project.folder, 'q.csv'), '0.8,0.1,0.1\n');
});
afterAll(() => project.remove());

/** Calls that the README shows with what they print. */
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```console\n\$ surprisal (.*)\n([^]*?)^```$/gm)].map(
  ([, call, shown]) => [call!, shown!] as const,
);
const wordsOf = (call: string) => [...call.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
const plain = (text: string) => text.replace(/ +$/gm, '').trim();

describe('the README', () => {
  it('has an example for each command that works on data of one’s own', () => {
    expect(examples.map(([call]) => call.split(' ')[0])).toEqual(['fit', 'divergence', 'decode', 'tokenize']);
  });

  it.each(examples)('shows what surprisal %s prints', async (call, shown) => {
    const env = { SURPRISAL_CACHE: join(project.folder, 'cache') };
    const { code, stdout } = await surprisalProcess(wordsOf(call), { cwd: project.folder, env });
    expect(code).toBe(0);
    expect(plain(stdout)).toBe(plain(shown));
  });
});
