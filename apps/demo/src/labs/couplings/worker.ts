import { type Joint, entropyBits, jointEntropyBits, mutualInformationBits } from '@surprisal/divergences/couplings';
import { answer } from '../../lab/worker-side.js';
import { couple } from './couplings.js';
import type { Coupled, Reply, Request } from './messages.js';
import type { CouplingName, CouplingState } from './settings.js';

const post = answer<Request, Reply>({
  couple({ state, names }) {
    const entropies = { x: entropyBits(state.x), y: entropyBits(state.y) };
    post({ type: 'coupled', state, entropies, couplings: names.map((name) => coupled(name, state)) });
  },
});

function coupled(name: CouplingName, { x, y, coupling }: CouplingState): Coupled {
  try {
    const joint = couple(name === coupling.name ? coupling : { name, params: {} }, x, y);
    return { name, joint: joint.map((row) => Array.from(row)), ...measured(joint) };
  } catch (error) {
    return { name, problem: (error as Error).message };
  }
}

const measured = (joint: Joint) => ({
  entropy: jointEntropyBits(joint),
  information: mutualInformationBits(joint),
  cells: joint.reduce((count, row) => count + row.filter((mass) => mass > 0).length, 0),
});
