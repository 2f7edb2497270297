import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { withSharedMemory } from './shared-memory.js';
import { provideBinary } from './wasm-files.js';

const file = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm');

describe('a binary with shared memory', () => {
  it('differs in one bit', () => {
    const binary = readFileSync(file);
    const shared = withSharedMemory(binary);
    const differing = shared.map((byte, i) => byte ^ binary[i]!).filter((bits) => bits !== 0);
    expect(Array.from(differing)).toEqual([2]);
    expect(WebAssembly.validate(shared)).toBe(true);
  });

  it('is made of no other bytes', () => {
    for (const bytes of [[], [1, 2, 3], [0, 97, 115, 109, 1, 0, 0, 0], [0, 97, 115, 109, 1, 0, 0, 0, 5, 255]]) {
      expect(() => withSharedMemory(Uint8Array.from(bytes))).toThrow('it is no WebAssembly module');
    }
  });

  it('comes from where it is said to be, or the file is named that cannot be loaded', async () => {
    const none = { setWasmPaths: () => expect.fail('it was told of a binary that is none') };
    await expect(provideBinary(none, '/nowhere/')).rejects.toThrow(
      /^\/nowhere\/tfjs-backend-wasm-simd\.wasm cannot be loaded: ENOENT/,
    );
    await expect(provideBinary(none, { 'tfjs-backend-wasm-simd.wasm': import.meta.filename })).rejects.toThrow(
      'shared-memory.test.ts cannot be loaded: it is no WebAssembly module with a memory of limited size',
    );
  });
});
