import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreads from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { probeEngines, useEngine } from '@surprisal/core/tensor';
import type { EngineWish, EnginesFound } from './engine-choice.js';

const absolute = (path: string) => new URL(path, self.location.href).href;

const wasmPaths = {
  'tfjs-backend-wasm.wasm': absolute(wasm),
  'tfjs-backend-wasm-simd.wasm': absolute(wasmSimd),
  'tfjs-backend-wasm-threaded-simd.wasm': absolute(wasmThreads),
};

/** Starts the engine that the page wishes for; for the worker of a lab. */
export const startEngine = ({ engine, threads }: EngineWish) => useEngine(engine, { wasmPaths, threads });

/** Which engines work here, for the page's choice; the one that is wished for is then in use. */
export async function findEngines(wish: EngineWish): Promise<EnginesFound> {
  const statuses = await probeEngines({ wasmPaths, threads: wish.threads });
  const works = statuses.find(({ name }) => name === wish.engine)?.works;
  await startEngine(works ? wish : { ...wish, engine: 'wasm' });
  return { type: 'engines', statuses };
}
