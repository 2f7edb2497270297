import { createRegistry } from '@surprisal/core';
import { tidy } from '@surprisal/core/tensor';
import { fetchedData } from '@surprisal/data/browser';
import type { AdversarialLoss, Loss, ValueLoss } from '@surprisal/losses';
import plugins from 'virtual:surprisal-plugins/loss+adversarial-loss+value-loss';
import type { Chosen } from '../../lab/chosen.js';
import { findEngines } from '../../lab/engines.js';
import { InTurn } from '../../lab/in-turn.js';
import { answer, complain } from '../../lab/worker-side.js';
import { curveLogits } from './curve.js';
import { Duel } from './duel.js';
import { landscapeOf } from './landscape.js';
import type { Asked, Reply, Request } from './messages.js';
import { adversarialLandscapeOf } from './others/adversarial.js';
import { valuePictureOf } from './others/value-picture.js';

const registry = createRegistry(plugins);
const data = fetchedData({ baseUrl: new URL('../', self.location.href).href });

let duel: Duel | undefined;
let running = Promise.resolve();
/** What needs an engine: no other one takes its place meanwhile. A training goes on beside. */
const turns = new InTurn();

const post: (reply: Reply) => void = answer<Request, Reply>({
  engines: ({ wish }) => instead(undefined, async () => post(await findEngines(wish))),
  start: (request) => start(request),
  curve: (request) => turns.do(() => curve(request)),
  landscape: (request) => turns.do(() => landscape(request)),
  adversarial: (request) => turns.do(() => adversarial(request)),
  value: (request) => turns.do(() => value(request)),
  classify: ({ pixels }) => turns.do(() => classify(pixels)),
  pause: () => duel?.gate.pause(),
  resume: () => duel?.gate.resume(),
  step: () => duel?.gate.step(),
  reset: () => duel?.stop(),
});

/** Ends the training there is, and forgets its models, before something else is done. */
function instead(next: Duel | undefined, work: () => Promise<void>): Promise<void> {
  const before = duel;
  before?.stop();
  duel = next;
  return turns.do(async () => {
    await running;
    before?.dispose();
    await work();
  });
}

function start({ state, run }: Asked<'start'>): Promise<void> {
  const current = new Duel(registry, state);
  return instead(current, async () => {
    const digits = await data('mnist');
    running = current
      .run(digits, (reply) => post({ ...reply, run }))
      .then((completed) => void (completed && post({ type: 'ended', run })))
      .catch(complain);
  });
}

async function classify(pixels: Float32Array): Promise<void> {
  const probabilities = await duel?.classify(pixels);
  if (probabilities) post({ type: 'classified', ...probabilities });
}

async function curve({ side, chosen }: Asked<'curve'>): Promise<void> {
  const loss = lossOf(chosen);
  const labels = curveLogits.map(() => 0);
  const losses = tidy(() => loss(curveLogits, labels));
  post({ type: 'curve', side, losses: Array.from(await losses.data()) });
  losses.dispose();
}

async function landscape({ a, b }: Asked<'landscape'>): Promise<void> {
  const of = async (chosen: Chosen) => ({ chosen, landscape: await landscapeOf(() => lossOf(chosen)) });
  post({ type: 'landscape', a: await of(a), b: await of(b) });
}

async function adversarial({ chosen }: Asked<'adversarial'>): Promise<void> {
  const make = () => registry.method(chosen.name, 'adversarial-loss')(chosen.params) as AdversarialLoss;
  post({ type: 'adversarial', chosen, landscape: await adversarialLandscapeOf(make) });
}

/** Parameters that do not go together are not the training's problem. */
async function value({ chosen }: Asked<'value'>): Promise<void> {
  try {
    const loss = registry.method(chosen.name, 'value-loss')(chosen.params) as ValueLoss;
    post({ type: 'value', chosen, picture: await valuePictureOf(loss) });
  } catch (error) {
    post({ type: 'value', chosen, problem: (error as Error).message });
  }
}

const lossOf = ({ name, params }: Chosen) => registry.method(name, 'loss')(params) as Loss;

try {
  const { test } = await data('mnist');
  const digits = Array.from({ length: 20 }, (_, i) => ({
    label: test.labels[i]!,
    pixels: test.images.slice(i * 784, (i + 1) * 784),
  }));
  post({ type: 'digits', digits });
} catch (error) {
  complain(error);
}
