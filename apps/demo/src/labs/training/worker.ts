import { fetchedData } from '@surprisal/data/browser';
import { findEngines, startEngine } from '../../lab/engines.js';
import { InTurn } from '../../lab/in-turn.js';
import { answer } from '../../lab/worker-side.js';
import type { Reply, Request } from './messages.js';
import { Training } from './training.js';

const data = fetchedData({ baseUrl: new URL('../', self.location.href).href });

let training: Training | undefined;
/** Engines are changed and tried between trainings. */
const turns = new InTurn();

const post: (reply: Reply) => void = answer<Request, Reply>({
  engines: ({ wish }) => instead(undefined, async () => post(await findEngines(wish))),
  start: (request) => start(request),
  pause: () => training?.gate.pause(),
  resume: () => training?.gate.resume(),
  step: () => training?.gate.step(),
  stop: () => training?.stop(),
});

/** Ends the training there is before something else is done. */
function instead(next: Training | undefined, work: () => Promise<void>): Promise<void> {
  training?.stop();
  training = next;
  return turns.do(work);
}

function start({ run, state, wish }: Extract<Request, { type: 'start' }>): Promise<void> {
  const current = new Training(state, {
    progress: (step, of) => post({ type: 'progress', run, step, of }),
    measured: (measurement) => post({ type: 'measured', run, ...measurement }),
  });
  return instead(current, async () => {
    await startEngine(wish);
    const trained = await current.run(await data('mnist'));
    if (trained) post({ type: 'trained', run, ...trained });
  });
}
