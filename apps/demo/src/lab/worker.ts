/// <reference lib="webworker" />
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreads from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { createRegistry } from '@surprisal/core';
import { tidy, useEngine } from '@surprisal/core/tensor';
import { fetchedData } from '@surprisal/data/browser';
import type { Loss } from '@surprisal/losses';
import plugins from 'virtual:surprisal-plugins';
import { curveLogits } from './curve.js';
import type { Reply, Request } from './messages.js';
import { Duel } from './duel.js';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (reply: Reply) => scope.postMessage(reply);
const registry = createRegistry(plugins);
const data = fetchedData({ baseUrl: new URL('../', scope.location.href).href });
const absolute = (path: string) => new URL(path, scope.location.href).href;

const WHY =
  'WebAssembly with SIMD, on one thread. A GPU would not help here: batches of 64 small digits are done before a GPU is asked.';

const engine = useEngine('wasm', {
  wasmPaths: {
    'tfjs-backend-wasm.wasm': absolute(wasm),
    'tfjs-backend-wasm-simd.wasm': absolute(wasmSimd),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(wasmThreads),
  },
});

let duel: Duel | undefined;
let running = Promise.resolve();

async function start(request: Extract<Request, { type: 'start' }>): Promise<void> {
  duel?.stop();
  await running;
  duel?.dispose();
  const current = new Duel(registry, await data('mnist'), request.state);
  duel = current;
  running = current
    .run(post)
    .then((completed) => post({ type: 'ended', completed }))
    .catch((error: Error) => post({ type: 'problem', message: error.message }));
}

function curve({ side, chosen }: Extract<Request, { type: 'curve' }>): void {
  const loss = registry.method(chosen.loss, 'loss')(chosen.params) as Loss;
  post({
    type: 'curve',
    side,
    losses: tidy(() =>
      Array.from(
        loss(
          curveLogits,
          curveLogits.map(() => 0),
        ).dataSync(),
      ),
    ),
  });
}

const handlers: { [T in Request['type']]: (request: Extract<Request, { type: T }>) => void | Promise<void> } = {
  start,
  curve,
  pause: () => duel?.pause(),
  resume: () => duel?.resume(),
  step: () => duel?.step(),
  reset: () => duel?.stop(),
  classify: ({ pixels }) => void (duel && post({ type: 'classified', ...duel.classify(pixels) })),
};

scope.onmessage = async ({ data: request }: MessageEvent<Request>) => {
  try {
    await engine;
    await handlers[request.type](request as never);
  } catch (error) {
    post({ type: 'problem', message: (error as Error).message });
  }
};

try {
  const name = await engine;
  const { test } = await data('mnist');
  const digits = Array.from({ length: 20 }, (_, i) => ({
    label: test.labels[i]!,
    pixels: test.images.slice(i * 784, (i + 1) * 784),
  }));
  post({ type: 'ready', engine: name, why: WHY, digits });
} catch (error) {
  post({ type: 'problem', message: (error as Error).message });
}
