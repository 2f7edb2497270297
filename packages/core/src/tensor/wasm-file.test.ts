import { expect, it } from 'vitest';
import { MissingDependencyError } from '../errors.js';
import { useEngine } from './index.js';

it('a file of the wasm engine that cannot be loaded is named, and the engine can be started afterwards', async () => {
  await expect(useEngine('wasm', { wasmPaths: '/nowhere/' })).rejects.toThrow(MissingDependencyError);
  await expect(useEngine('wasm', { wasmPaths: '/nowhere/' })).rejects.toThrow(
    /^engine wasm does not work here: \/nowhere\/tfjs-backend-wasm-simd\.wasm cannot be loaded: ENOENT.*; install @tensorflow\/tfjs-backend-wasm/,
  );
  expect(await useEngine('wasm')).toBe('wasm');
});
