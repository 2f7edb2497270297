import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack, publicPackages } from '../pack.mjs';
import { root } from '../steps.mjs';

/** A folder outside the workspace, where someone installs the packed packages with npm, and a plugin by someone else. */
const folder = mkdtempSync(join(tmpdir(), 'surprisal-consumer-'));
const write = (path: string, content: string | object) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};

function run(command: string, ...args: string[]): string {
  try {
    const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: undefined };
    return execFileSync(command, args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

/** The plugin that the guide shows, as the guide shows it. */
function writePlugin(): void {
  const guide = readFileSync(join(root, 'docs/write-a-plugin.md'), 'utf8');
  write('my-losses/package.json', {
    version: '1.0.0',
    ...(JSON.parse(/```json\n([^]*?)```/.exec(guide)![1]!) as object),
  });
  write('my-losses/plugin.js', /<!-- example: plugin -->\s+```ts\n([^]*?)```/.exec(guide)![1]!);
}

/** What the compiler says of every file, declarations included; TensorFlow.js's own do not pass and are left out by who asks. */
const typeErrors = (): string[] => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, encoding: 'utf8' }).stdout.split('\n');
};

const compilerOptions = (moduleResolution: string) => ({
  target: 'es2022',
  module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
  moduleResolution,
  strict: true,
  noEmit: true,
  types: [],
});

beforeAll(() => {
  const tarballs = publicPackages().map((path) => basename(pack(path, folder)));
  writePlugin();
  const dependencies = {
    ...Object.fromEntries(
      tarballs.map((file) => [`@surprisal/${/surprisal-(.*)-\d/.exec(file)![1]}`, `file:./${file}`]),
    ),
    'my-losses': 'file:./my-losses',
    '@tensorflow/tfjs': '^4.22.0',
  };
  write('package.json', { name: 'consumer', private: true, type: 'module', dependencies });
  run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline');
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A compiler reads all of TensorFlow.js's types here: seconds, and many more on a busy machine.
describe('the packed packages, installed with npm in an empty folder', { timeout: 180_000 }, () => {
  it('run in Node as they are', () => {
    write(
      'run.js',
      `import { generalizedCrossEntropy } from '@surprisal/losses';
       const loss = generalizedCrossEntropy({ alpha: 0.7 });
       console.log(loss([[2, 0, -1]], [0]).dataSync()[0].toFixed(4));`,
    );
    expect(run('node', 'run.js').trim()).toBe('0.1601');
  });

  it('compute on threads that share a memory, to the same bits, and let the process end', () => {
    write(
      'threads.js',
      `import { matMul, useEngine } from '@surprisal/core/tensor';
       import { installKernels } from '@surprisal/kernels';
       import { backend, randomNormal } from '@surprisal/kernels/tfjs';
       await useEngine('wasm', { threads: 1 });
       const x = randomNormal([400, 300], 0, 1, 'float32', 1);
       const sums = [];
       for (const threads of [1, 2, 3]) {
         await useEngine('wasm', { threads });
         if ((await installKernels(backend())) !== threads) throw new Error('not on ' + threads);
         sums.push(Buffer.from(matMul(x, x, false, true).dataSync().buffer).toString('base64'));
       }
       console.log(backend().wasm.HEAPU8.buffer.constructor.name, new Set(sums).size);`,
    );
    expect(run('node', 'threads.js').trim()).toBe('SharedArrayBuffer 1');
  });

  it.each(['node16', 'bundler'])('have types under moduleResolution %s', (moduleResolution) => {
    write(
      'types.ts',
      `import { focal, type Loss } from '@surprisal/losses';
       import { useEngine, type Tensor } from '@surprisal/core/tensor';
       await useEngine('cpu');
       const loss: Loss = focal({ gamma: 2 });
       const each: Tensor = loss([[0, 0]], [1]);
       // @ts-expect-error gamma is a number
       focal({ gamma: 'two' });
       export { each };`,
    );
    write('tsconfig.json', { compilerOptions: compilerOptions(moduleResolution), files: ['types.ts'] });
    expect(typeErrors().filter((line) => /^(types\.ts|node_modules\/(@surprisal|my-losses))/.test(line))).toEqual([]);
  });

  it('bring a command that lists the method of the other plugin, and says what it is', () => {
    const { methods } = JSON.parse(run('npx', '--no-install', 'surprisal', 'list', 'loss', '--json')) as Listing;
    expect(methods.map(({ name }) => name)).toEqual(expect.arrayContaining(['cross-entropy', 'spherical']));
    expect(run('npx', '--no-install', 'surprisal', 'info', 'spherical')).toContain('One minus the cosine');
  });

  it.each([
    ['decoding', 60],
    ['scaling-laws', 80],
  ])('%s brings less than %i KB to a page, beside what it depends on', async (name, limit) => {
    const input = join(folder, 'node_modules/@surprisal', name, 'dist/index.js');
    const bundle = await rolldown({ input, external: (id) => !/^[./]/.test(id) });
    const { output } = await bundle.generate({ minify: true });
    expect(output[0].code.length / 1000).toBeLessThan(limit);
  });

  it('decoding depends on core and on what core depends on', () => {
    const needs = (name: string) => {
      const manifest = readFileSync(join(folder, 'node_modules/@surprisal', name, 'package.json'), 'utf8');
      return Object.keys((JSON.parse(manifest) as { dependencies: object }).dependencies);
    };
    const others = needs('decoding').filter((name) => name !== '@surprisal/core');
    expect(needs('core')).toEqual(expect.arrayContaining(others));
  });

  it('carry the licence, the sources, and no tests', () => {
    const files = run(
      'find',
      'node_modules/@surprisal/',
      '-type',
      'f',
      '-not',
      '-path',
      '*/node_modules/*/node_modules/*',
    );
    expect(files).toContain('@surprisal/losses/dist/focal.js\n');
    expect(files).toContain('@surprisal/losses/dist/plugin.json\n');
    expect(files).toContain('@surprisal/losses/src/focal.ts\n');
    expect(files).not.toMatch(/\.test\.|goldens|templates|tsbuildinfo/);
  });
});

interface Listing {
  readonly methods: readonly { name: string }[];
}
