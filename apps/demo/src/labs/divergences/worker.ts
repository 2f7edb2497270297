import { createRegistry } from '@surprisal/core';
import { useEngine } from '@surprisal/core/tensor';
import plugins from 'virtual:surprisal-plugins/divergence+sample-divergence+gaussian-divergence';
import { answer } from '../../lab/worker-side.js';
import { type Candidate, candidatesOf, measure } from './measure.js';
import type { Measured, Reply, Request } from './messages.js';
import type { DivergenceState } from './settings.js';

/** What can be done in this time follows the bars at once, half a picture before it is drawn; the others wait until they rest. */
const BUDGET_MS = 8;
const REST_MS = 120;
/** Code that has run but once says little of how fast it is. */
const WARM_UPS = 4;

const candidates = candidatesOf(createRegistry(plugins));
/** How long each takes; at first none is known to be quick. */
const costs = new Map<Candidate, number>(candidates.map((one) => [one, Infinity]));
let latest = 0;
let warmUps = 0;

const post = answer<Request, Reply>(
  {
    async measure({ state, run }) {
      latest = run;
      const quick = withinBudget();
      post({ type: 'quick', run, values: quick.map((one) => timed(one, state)) });
      await rest(quick.length > 0 ? REST_MS : 0);
      const slow = candidates.filter((one) => !quick.includes(one));
      const isOver = await inTurn(slow, run, (one) => post({ type: 'slow', run, values: [timed(one, state)] }));
      if (!isOver) return;
      post({ type: 'ended', run });
      for (; warmUps < WARM_UPS; warmUps++) if (!(await inTurn(candidates, run, (one) => timed(one, state)))) return;
    },
  },
  useEngine('cpu'), // a dozen numbers: any other engine would be asked for longer than it computes
);

/** The cheapest of all, as many as can be done at once. */
function withinBudget(): Candidate[] {
  let left = BUDGET_MS;
  const byCost = [...candidates].sort((a, b) => costs.get(a)! - costs.get(b)!);
  return byCost.filter((one) => (left -= costs.get(one)!) > 0);
}

/** Does something with each, unless something newer is asked for. @returns whether it came to the end */
async function inTurn(some: readonly Candidate[], run: number, act: (one: Candidate) => void): Promise<boolean> {
  for (const one of some) {
    if (run !== latest) return false;
    act(one);
    await rest(0);
  }
  return run === latest;
}

/** Costs fall at once and rise slowly: a machine that was busy for a moment makes nothing slow. */
function timed(one: Candidate, { p, q, [one.kind]: params }: DivergenceState): Measured {
  const start = performance.now();
  const measured = measure(one, p, q, params);
  const [ms, cost] = [performance.now() - start, costs.get(one)!];
  costs.set(one, ms < cost ? ms : 0.9 * cost + 0.1 * ms);
  return measured;
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
