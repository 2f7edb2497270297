import { env } from '#tfjs';
import { canShareMemory, withSharedMemory } from './shared-memory.js';

/** Where a page finds the files of the wasm engine: a folder, or the address of each file. */
export type WasmPaths = string | Readonly<Record<string, string>>;

/** What is used of the package `@tensorflow/tfjs-backend-wasm`. */
export interface WasmPackage {
  setWasmPaths(paths: string | Record<string, string>, usePlatformFetch?: boolean): void;
}

const SIMD = 'tfjs-backend-wasm-simd.wasm';
const FILES = ['tfjs-backend-wasm.wasm', SIMD, 'tfjs-backend-wasm-threaded-simd.wasm'];

/**
 * Tells tfjs where its binary is, before the wasm backend is made. Where threads can share memory (in Node; in pages that are
 * isolated from other origins, when `paths` say where the files are), tfjs gets its binary with a memory that is shared, under
 * an address made for it. tfjs's own variant with threads is not used: it does not start in Node, and few kernels use them.
 *
 * @throws Error when the binary cannot be read
 *
 * @example
 * import * as wasm from '@tensorflow/tfjs-backend-wasm';
 * import * as tf from '@tensorflow/tfjs';
 *
 * await provideBinary(wasm);
 * await tf.setBackend('wasm');
 * await tf.ready();
 * console.log(await installKernels(tf.backend(), { threads: 2 })); // 2
 */
export async function provideBinary(wasm: WasmPackage, paths?: WasmPaths): Promise<void> {
  const file = typeof paths === 'string' ? paths + SIMD : (paths?.[SIMD] ?? packaged());
  if (!canShareMemory() || file === undefined) {
    if (paths !== undefined) wasm.setWasmPaths(paths as string);
    return;
  }
  const binary = await read(file)
    .then(withSharedMemory)
    .catch((error: Error) => {
      throw new Error(`${file} cannot be loaded: ${error.message}`, { cause: error });
    });
  const address = URL.createObjectURL(new Blob([binary], { type: 'application/wasm' }));
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  wasm.setWasmPaths(Object.fromEntries(FILES.map((name) => [name, address])), true);
}

interface Builtins {
  'node:fs/promises': { readFile(path: string | URL): Promise<Uint8Array> };
  'node:module': { createRequire(from: string): { resolve(name: string): string } };
}
const builtin = <Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined =>
  (globalThis as { process?: { getBuiltinModule?(name: string): Builtins[Name] } }).process?.getBuiltinModule?.(name);

/** The file in the installed package; none in a page. */
function packaged(): string | undefined {
  try {
    return builtin('node:module')
      ?.createRequire(import.meta.url)
      .resolve(`@tensorflow/tfjs-backend-wasm/dist/${SIMD}`);
  } catch {
    return undefined; // bundled away from its packages: tfjs looks for it in its own way, and runs on one thread
  }
}

async function read(file: string): Promise<Uint8Array> {
  const files = builtin('node:fs/promises');
  if (files && !/^(https?|data|blob):/.test(file))
    return files.readFile(file.startsWith('file:') ? new URL(file) : file);
  const response = await fetch(file, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`the server says ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
