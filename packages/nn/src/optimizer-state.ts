import type { NdArray } from '@surprisal/core';
import { type Optimizer, type Tensor, dispose, tidy, toHost, toTensor } from '@surprisal/core/tensor';

/** Running powers that tfjs's Adam rounds differently when it restores them from the step count. */
interface AdamPowers {
  readonly accBeta1?: Tensor & { assign(value: Tensor): void };
  readonly accBeta2?: Tensor & { assign(value: Tensor): void };
}
const POWERS = ['accBeta1', 'accBeta2'] as const;

/** An optimiser's moments and counts as host arrays, by name: everything it needs to go on bit for bit. */
export async function readOptimizer(optimizer: Optimizer): Promise<Record<string, NdArray>> {
  const weights = await optimizer.getWeights();
  const entries = weights.map(async ({ name, tensor }, i) => [`${i}:${plain(name)}`, await toHost(tensor)] as const);
  const powers = POWERS.filter((name) => (optimizer as AdamPowers)[name]).map(
    async (name) => [name, await toHost((optimizer as AdamPowers)[name]!)] as const,
  );
  const arrays = Object.fromEntries(await Promise.all([...entries, ...powers]));
  weights.find(({ name }) => name === 'iter')?.tensor.dispose(); // made for the caller; the others are the optimiser's own
  return arrays;
}

/** A name without the counts that tfjs adds to variables of the same name: equal trainings give equal snapshots. */
const plain = (name: string) => name.replaceAll(/_\d+(?=\/|$)/g, '');

/** Sets an optimiser's state from what {@link readOptimizer} gave. */
export async function writeOptimizer(optimizer: Optimizer, arrays: Readonly<Record<string, NdArray>>): Promise<void> {
  const stored = Object.entries(arrays).filter(([name]) => name.includes(':'));
  const ordered = stored.sort(([a], [b]) => parseInt(a) - parseInt(b));
  const weights = ordered.map(([name, array]) => ({ name: name.slice(name.indexOf(':') + 1), tensor: typed(array) }));
  await optimizer.setWeights(weights);
  dispose(weights.map(({ tensor }) => tensor)); // the optimiser holds variables of its own
  for (const name of POWERS) {
    if (arrays[name]) tidy(() => (optimizer as AdamPowers)[name]!.assign(toTensor(arrays[name]!)));
  }
}

const typed = (array: NdArray) => toTensor(array, array.data instanceof Int32Array ? 'int32' : 'float32');

/** Frees an optimiser's tensors; tfjs's momentum forgets its learning rate. */
export function disposeOptimizer(optimizer: Optimizer): void {
  optimizer.dispose();
  const { c } = optimizer as { c?: Tensor };
  if (c && !c.isDisposed) c.dispose();
}
