import { fetchedData } from '@surprisal/data/browser';
import { findEngines, startEngine } from '../../lab/engines.js';
import { answer, complain } from '../../lab/worker-side.js';
import type { Reply, Request } from './messages.js';
import { Training } from './training.js';

const data = fetchedData({ baseUrl: new URL('../', self.location.href).href });

let training: Training | undefined;
/** One thing is done after the other: engines are changed and tried between trainings. */
let done = Promise.resolve();
const next = (work: () => Promise<void>) => {
  training?.stop();
  training = undefined;
  done = done.then(work).catch(complain);
};

const post: (reply: Reply) => void = answer<Request, Reply>({
  engines: ({ wish }) => next(async () => post(await findEngines(wish))),
  start: (request) => start(request),
  pause: () => training?.gate.pause(),
  resume: () => training?.gate.resume(),
  step: () => training?.gate.step(),
  stop: () => training?.stop(),
});

function start({ run, state, wish }: Extract<Request, { type: 'start' }>): void {
  const current = new Training(state, {
    progress: (step, of) => post({ type: 'progress', run, step, of }),
    measured: (measurement) => post({ type: 'measured', run, ...measurement }),
  });
  next(async () => {
    await startEngine(wish);
    const trained = await current.run(await data('mnist'));
    if (trained) post({ type: 'trained', run, ...trained });
  });
  training = current;
}
