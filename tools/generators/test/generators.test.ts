import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'surprisal-generators-'));
/**
 * What is not copied. What was compiled is, so that the compiler looks at what a generator changed alone; but no description of a plugin,
 * which the compiler does not renew.
 */
const LEFT_OUT = 'node_modules .git workspace-data cache .vitest api runs demo/dist dist/plugin.json'.split(' ');
const isCopied = (path: string) => !LEFT_OUT.some((name) => path.endsWith(`/${name}`));

/** Runs a program of the scratch copy and gives what it prints, errors included. */
function run(command: string, ...args: string[]): string {
  const path = [join(scratch, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const env = {
    ...process.env,
    PATH: path,
    NX_DAEMON: 'false',
    NX_ISOLATE_PLUGINS: 'false',
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  };
  try {
    return execFileSync(command, args, { cwd: scratch, env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

const generate = (generator: string, ...args: string[]) => {
  const printed = run('nx', 'generate', `./tools/generators:${generator}`, ...args);
  return Array.from(printed.matchAll(/^(CREATE|UPDATE) (.*)$/gm), ([, verb, file]) => `${verb} ${file}`).sort();
};

/** Generators run with the packages that are installed here, until theirs are installed: once, with what was generated. */
const BORROWED = ['node_modules', 'tools/generators/node_modules'];
const borrow = () => BORROWED.forEach((path) => symlinkSync(join(workspace, path), join(scratch, path)));

const install = () => {
  for (const path of BORROWED) rmSync(join(scratch, path));
  const { packageManager } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  run('npx', '--yes', packageManager!, 'install', '--prefer-offline', '--no-frozen-lockfile');
};

/** Type-checks files, tests among them, with what they import; all the rest is compiled for the command. */
function typecheck(...include: string[]): void {
  const config = {
    extends: './tsconfig.test.json',
    compilerOptions: { incremental: false, tsBuildInfoFile: null },
    include,
  };
  writeFileSync(join(scratch, 'tsconfig.made.json'), JSON.stringify(config));
  run('tsc', '-p', 'tsconfig.made.json');
}

beforeAll(() => {
  cpSync(workspace, scratch, { recursive: true, preserveTimestamps: true, filter: isCopied });
  borrow();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the generators', () => {
  it('make a method, a package and a study that touch nothing but their own lists', () => {
    expect(
      generate('method', 'forgetful', '--package', 'losses', '--paper', '1', '--summary', "A loss's test."),
    ).toEqual([
      'CREATE .changeset/add-forgetful.md',
      'CREATE packages/losses/src/forgetful.test.ts',
      'CREATE packages/losses/src/forgetful.ts',
      'UPDATE packages/losses/src/index.ts',
      'UPDATE packages/losses/src/plugin.ts',
    ]);
    expect(generate('method', 'wide', '--package', 'nn')).toHaveLength(5);
    expect(generate('method', 'negative', '--package', 'data')).toHaveLength(5);
    expect(generate('study', 'coin-toss', '--paper', '2')).toEqual([
      'CREATE .changeset/add-coin-toss-study.md',
      'CREATE packages/reproductions/src/coin-toss.test.ts',
      'CREATE packages/reproductions/src/coin-toss.ts',
      'UPDATE packages/reproductions/src/index.ts',
      'UPDATE packages/reproductions/src/plugin.ts',
    ]);
    const made = generate('plugin', 'weighted-sums', '--kind', 'weighted-sum', '--method', 'plain');
    expect(made.filter((line) => !line.includes('packages/weighted-sums/'))).toEqual([
      'CREATE .changeset/add-weighted-sums.md',
      'UPDATE apps/cli/package.json',
      'UPDATE apps/demo/package.json',
    ]);
    expect(generate('method', 'second', '--package', 'weighted-sums')).toHaveLength(5);
  }, 120_000);

  it.each([
    ['method', ['forgetful', '--package', 'losse'], /package must be one of .*losses, .* got "losse"/],
    ['method', ['Forgetful', '--package', 'losses'], 'name must be kebab-case, such as power-mean, got "Forgetful"'],
    ['method', ['focal', '--package', 'losses'], 'packages/losses/src/focal.ts is there already: choose another name'],
    ['method', ['focal', '--package', 'losses', '--kind', 'x'], /kind must be one of .*loss, model.* got x/],
    ['plugin', ['losses'], 'packages/losses is there already: choose another name'],
    ['study', ['comp-sum'], 'packages/reproductions/src/comp-sum.ts is there already: choose another name'],
  ])('refuse what they cannot make: %s %j', (generator, args, message) => {
    expect(() => generate(generator, ...args)).toThrow(message);
  });

  it('make what compiles, is linted and formatted, and passes its tests', () => {
    install();
    const made = ['losses/src/forgetful', 'nn/src/wide', 'data/src/negative', 'reproductions/src/coin-toss'];
    const files = made.flatMap((file) => [`packages/${file}.ts`, `packages/${file}.test.ts`]);
    typecheck(...files, 'packages/weighted-sums/src/**/*');
    run('eslint', '--max-warnings', '0', ...files, 'packages/weighted-sums');
    run('prettier', '--check', ...files, 'packages/*/src/{index,plugin}.ts', 'packages/weighted-sums', '.changeset');
    const tests = run('vitest', 'run', ...files.filter((file) => file.endsWith('.test.ts')), 'packages/weighted-sums/');
    expect(tests).toMatch(/Test Files {2}\d+ passed/);
    expect(run('vitest', 'run', 'packages/losses/src/conformance', '-t', 'forgetful')).toMatch(/Tests {2}\d\d passed/);
  }, 300_000);

  it('make what the command lists', () => {
    run('tsc', '-b', 'apps/cli', 'packages/weighted-sums', 'packages/reproductions');
    const { methods, studies } = JSON.parse(run('node', 'apps/cli/bin/surprisal.js', 'list', '--json')) as Listing;
    const names = [...methods, ...studies].map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['forgetful', 'wide', 'negative', 'coin-toss', 'plain', 'second']));
    expect(existsSync(join(scratch, 'packages/losses/dist/forgetful.js'))).toBe(true);
  }, 300_000);
});

interface Listing {
  readonly methods: readonly { name: string }[];
  readonly studies: readonly { name: string }[];
}
