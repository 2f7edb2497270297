import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreads from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { createRegistry } from '@surprisal/core';
import { tidy, useEngine } from '@surprisal/core/tensor';
import { fetchedData } from '@surprisal/data/browser';
import type { Loss } from '@surprisal/losses';
import plugins from 'virtual:surprisal-plugins/loss';
import type { Chosen } from '../../lab/chosen.js';
import { answer, complain } from '../../lab/worker-side.js';
import { curveLogits } from './curve.js';
import { Duel } from './duel.js';
import { landscapeOf } from './landscape.js';
import type { Reply, Request } from './messages.js';

const registry = createRegistry(plugins);
const data = fetchedData({ baseUrl: new URL('../', self.location.href).href });
const absolute = (path: string) => new URL(path, self.location.href).href;

const WHY =
  'WebAssembly with SIMD. A GPU would not help here: batches of 64 small digits are done before a GPU is asked.';

const engine = useEngine('wasm', {
  wasmPaths: {
    'tfjs-backend-wasm.wasm': absolute(wasm),
    'tfjs-backend-wasm-simd.wasm': absolute(wasmSimd),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(wasmThreads),
  },
});

let duel: Duel | undefined;
let running = Promise.resolve();

const post = answer<Request, Reply>(
  {
    start,
    curve,
    landscape,
    pause: () => duel?.gate.pause(),
    resume: () => duel?.gate.resume(),
    step: () => duel?.gate.step(),
    reset: () => duel?.stop(),
    classify: ({ pixels }) => void (duel && post({ type: 'classified', ...duel.classify(pixels) })),
  },
  engine,
);

async function start(request: Extract<Request, { type: 'start' }>): Promise<void> {
  duel?.stop();
  await running;
  duel?.dispose();
  const current = new Duel(registry, await data('mnist'), request.state);
  duel = current;
  running = current
    .run(post)
    .then((completed) => post({ type: 'ended', completed }))
    .catch(complain);
}

function curve({ side, chosen }: Extract<Request, { type: 'curve' }>): void {
  const loss = lossOf(chosen);
  const labels = curveLogits.map(() => 0);
  post({ type: 'curve', side, losses: tidy(() => Array.from(loss(curveLogits, labels).dataSync())) });
}

function landscape({ a, b }: Extract<Request, { type: 'landscape' }>): void {
  const of = (chosen: Chosen) => ({ chosen, landscape: landscapeOf(() => lossOf(chosen)) });
  post({ type: 'landscape', a: of(a), b: of(b) });
}

const lossOf = ({ name, params }: Chosen) => registry.method(name, 'loss')(params) as Loss;

try {
  const name = await engine;
  const { test } = await data('mnist');
  const digits = Array.from({ length: 20 }, (_, i) => ({
    label: test.labels[i]!,
    pixels: test.images.slice(i * 784, (i + 1) * 784),
  }));
  post({ type: 'ready', engine: name, why: WHY, digits });
} catch (error) {
  complain(error);
}
