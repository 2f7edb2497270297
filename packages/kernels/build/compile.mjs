// Compiles the AssemblyScript sources to dist/binary.js, an ES module that holds the WebAssembly as text, compressed, and the
// text of the worker, so that Node, bundlers and pages load them alike. Does nothing when it is up to date.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** No heap, no static data, no bounds but the memory's own: the code works on what it is given the addresses of. */
const code = ['--runtime', 'stub', '--use', 'abort=', '--noAssert', '-O3', '--enable', 'simd'];
/** A memory of limited size: that it is shared is then one bit of the binary, set as it is loaded (src/shared-memory.ts). */
const memory = ['--importMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
const variants = { plain: [], relaxed: ['--enable', 'relaxed-simd'] };

const files = [...readdirSync(at('assembly')).map((name) => `assembly/${name}`), 'src/worker.js', 'build/compile.mjs'];
const version = () => createRequire(import.meta.url)('assemblyscript/package.json').version;

try {
  const hash = createHash('sha256').update(version());
  for (const file of files) hash.update(readFileSync(at(file)));
  const mark = `// ${hash.digest('hex')}\n`;
  if (!upToDate(mark)) write([mark, ...(await Promise.all(Object.keys(variants).map(compile))), workerText()].join(''));
} catch (error) {
  const missing = error.code === 'MODULE_NOT_FOUND';
  console.error(missing ? 'kernels: assemblyscript is not installed: run npx pnpm install' : error.message);
  process.exitCode = 1;
}

function upToDate(mark) {
  try {
    return readFileSync(at('dist/binary.js'), 'utf8').startsWith(mark);
  } catch {
    return false;
  }
}

async function compile(variant) {
  const { main } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await main(
    ['assembly/index.ts', '--outFile', 'kernels.wasm', '--baseDir', at('.'), ...code, ...memory, ...variants[variant]],
    { writeFile: (_name, content) => void (binary = content) },
  );
  if (error) throw new Error(`kernels: ${stderr.toString() || error.message}`);
  return `export const ${variant} =\n  '${deflateSync(binary, { level: 9 }).toString('base64')}';\n`;
}

function workerText() {
  return `export const worker = ${JSON.stringify(readFileSync(at('src/worker.js'), 'utf8'))};\n`;
}

function write(text) {
  mkdirSync(at('dist'), { recursive: true });
  const part = at(`dist/binary.js.${process.pid}`);
  writeFileSync(part, text);
  renameSync(part, at('dist/binary.js'));
}
