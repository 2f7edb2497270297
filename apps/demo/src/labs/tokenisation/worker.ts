import { createRegistry } from '@surprisal/core';
import { fetchedData } from '@surprisal/data/browser';
import plugins from 'virtual:surprisal-plugins/tokenizer+source';
import { answer } from '../../lab/worker-side.js';
import { Comparison } from './comparison.js';
import { materialOf } from './material.js';
import type { Reply, Request } from './messages.js';

const registry = createRegistry(plugins);
const data = fetchedData({ baseUrl: new URL('../', self.location.href).href });
const book = async () => (await data('moby-dick')).text;

let latest = 0;
let comparison: Comparison | undefined;

const post = answer<Request, Reply>({
  async compare({ state, run }) {
    latest = run;
    comparison?.stop();
    const material = await materialOf(registry, state, book);
    if (run !== latest) return; // another one was asked for while the book was on its way
    comparison = new Comparison(registry, state, material, (news) => post({ ...news, run }));
    await comparison.run();
  },
});
