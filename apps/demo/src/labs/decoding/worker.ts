import { createRegistry } from '@surprisal/core';
import { fetchedData } from '@surprisal/data/browser';
import plugins from 'virtual:surprisal-plugins/sampler';
import { answer, complain } from '../../lab/worker-side.js';
import { type Learned, learn } from './learning.js';
import type { Reply, Request } from './messages.js';
import type { ModelState } from './settings.js';
import { Writing } from './writing.js';

const registry = createRegistry(plugins);
const data = fetchedData({ baseUrl: new URL('../', self.location.href).href });

let writing: Writing | undefined;
let ended = Promise.resolve();
let last: { readonly settings: string; readonly learned: Learned } | undefined;

const post = answer<Request, Reply>({
  start,
  pause: () => writing?.gate.pause(),
  resume: () => writing?.gate.resume(),
  step: () => writing?.gate.step(),
  reset: () => writing?.stop(),
});

function start({ state, run }: Extract<Request, { type: 'start' }>): void {
  writing?.stop();
  const current = new Writing(registry, state, (reply) => post({ ...reply, run }));
  writing = current;
  ended = ended.then(() => current.run(modelOf(state))).catch(complain);
}

/** The model of these settings: the last one is kept. */
async function* modelOf({ size, order, learn: part }: ModelState): AsyncGenerator<number, Learned, void> {
  const settings = JSON.stringify([size, order, part]);
  if (last?.settings !== settings) {
    const { text } = await data('moby-dick');
    last = { settings, learned: yield* learn(text, { size, order, learn: part }) };
  }
  return last.learned;
}
