import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { examplesOfDocument, examplesOfSource, expectedLines, runExample, withImports } from './examples.js';

const root = new URL('..', import.meta.url);
const run = (code: string) => runExample({ name: 'README.md: sum', code }, root);

describe('an example', () => {
  it('passes when it prints what it says', () => run('console.log((0.1 + 0.2).toFixed(4)); // 0.3000'));

  it('fails when it prints something else, and shows both', () =>
    expect(run('console.log(1 + 1); // 3')).rejects.toThrow(
      `README.md: sum: what the example prints is not what it says: expected [ '2' ] to deeply equal [ '3' ]`,
    ));

  it('fails when it prints what it does not say, or says what it does not print', async () => {
    await expect(run('console.log(1 + 1);')).rejects.toThrow(`expected [ '2' ] to deeply equal []`);
    await expect(run('if (1 > 2) console.log(1); // 1')).rejects.toThrow(`expected [] to deeply equal [ '1' ]`);
  });

  it('fails when it throws', () => expect(run(`throw new RangeError('too far');`)).rejects.toThrow('too far'));

  it('may print nothing', () => run('export const half = 0.5;'));

  it('prints as Node does', () =>
    run(`console.log('a', { b: [1, 2] }, '%d'); // a { b: [ 1, 2 ] } %d\nconsole.log('%d of %d', 1, 2); // 1 of 2`));

  it('is TypeScript, may wait, and imports from its package', () =>
    run(`import { Random } from '@surprisal/core';

      const draws: number[] = await Promise.resolve([new Random(1).integer(1)]);
      console.log(draws); // [ 0 ]`));

  it('runs in an empty folder, which is gone afterwards, even when it throws', async () => {
    const before = process.cwd();
    const note = 'globalThis.folder = process.cwd();';
    const folder = () => (globalThis as { folder?: string }).folder!;
    await run(`import { readdirSync, writeFileSync } from 'node:fs';

      console.log(readdirSync('.').join()); // README-md-sum.ts
      writeFileSync('result.txt', 'x');
      ${note}`);
    expect(existsSync(folder())).toBe(false);
    await expect(run(`${note} throw new Error('late');`)).rejects.toThrow('late');
    expect(existsSync(folder())).toBe(false);
    expect(process.cwd()).toBe(before);
  });
});

describe('what an example says', () => {
  const says = (...lines: string[]) => expectedLines(lines.join('\n'));

  it('stands behind console.log', () => {
    expect(says('const a = 1; // one', 'console.log(a); // 1', 'console.log(2); // 2')).toEqual(['1', '2']);
    expect(says(`if (a) console.log('//', f(a)); // // 1`, 'for (;;) { console.log(a); } // 3')).toEqual(['// 1', '3']);
  });

  it('stands behind a console.log of several lines', () =>
    expect(says('console.log(', '  f([', '    1, // the first', '    2,', '  ]),', '  // a remark', '); // 3')).toEqual(
      ['3'],
    ));

  it('stands below console.log, on as many lines as it needs', () =>
    expect(says('// before', 'console.log(a);', '// 1', '// 2', '', '// a remark', 'f(); // after')).toEqual([
      '1',
      '2',
    ]));

  it('stands below the block in which console.log is', () =>
    expect(says('for (const a of [1, 2]) {', '  console.log(a);', '}', '// 1', '// 2')).toEqual(['1', '2']));

  it('is not the remark below a console.log that says it behind itself', () =>
    expect(says('console.log(1); // 1', '// and now', 'f();')).toEqual(['1']));
});

it('the examples of a document are its marked blocks', () => {
  const text =
    '# A\n\n<!-- example: one -->\n\n```ts\na();\n```\n\n```sh\nls\n```\n\n<!-- example: two -->\n```ts\nb();\n```\n';
  expect(examplesOfDocument('README.md', text)).toEqual([
    { name: 'README.md: one', code: 'a();\n' },
    { name: 'README.md: two', code: 'b();\n' },
  ]);
});

it('a document has no block of ts that nobody runs', () =>
  expect(() => examplesOfDocument('README.md', '```ts\na();\nb();\n```\n')).toThrow(
    'README.md: put <!-- example: NAME --> before the block of ts that begins: a();',
  ));

describe('the examples of a source file', () => {
  it('are the text of @example, up to the next tag', () =>
    expect(
      examplesOfSource(
        'a.ts',
        `const x = 1;

/**
 * Adds.
 *
 * @example
 * const two = add(1, 1);
 *
 * console.log(two); // 2
 * @throws Error
 */
export const add = 1;

export interface A {
  /**
   * @example
   * a();
   */
  a(): void;
}
`,
      ),
    ).toEqual([
      { name: 'a.ts:6', code: '\nconst two = add(1, 1);\n\nconsole.log(two); // 2\n' },
      { name: 'a.ts:16', code: '\na();\n' },
    ]));

  it('are the fenced blocks of ts, when it has some', () =>
    expect(
      examplesOfSource('a.ts', '/**\n * @example In words\n * ```ts\n * a();\n * ```\n * ```sh\n * ls\n * ```\n */\n'),
    ).toEqual([{ name: 'a.ts:2', code: 'a();\n' }]));

  it('are not in other comments or strings', () =>
    expect(examplesOfSource('a.ts', `/* @example a() */\n// @example b()\nconst glob = 'src/**/*.ts';\n`)).toEqual([]));
});

describe('imports that a docstring leaves out', () => {
  const doors = new Map([
    ['sum', '@surprisal/core/tensor'],
    ['loss', '@surprisal/losses'],
    ['Random', '@surprisal/core'],
  ]);

  it('are those of the names it uses', () =>
    expect(withImports('\nsum(...loss, 1);', doors)).toBe(
      `import { sum } from '@surprisal/core/tensor'; import { loss } from '@surprisal/losses'; \nsum(...loss, 1);`,
    ));

  it.each([
    'const loss = 1; loss;',
    'const { a, loss } = b; loss;',
    'const [loss] = b; loss;',
    'for (const { loss } of b) loss;',
    'for await (const loss of b) loss;',
    'function loss() {} loss();',
    'class Random {} Random;',
    `import { loss, Random } from 'elsewhere'; loss;`,
    `import * as loss from 'elsewhere'; loss;`,
    'b.loss.sum;',
    'losses;',
  ])('are none in: %s', (code) => expect(withImports(code, doors)).toBe(code));
});
