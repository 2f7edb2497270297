import { Random } from '@surprisal/core';
import { nodeData } from '@surprisal/data/node';
import { bootstrap, chinchilla } from '@surprisal/scaling-laws';
import { once, python } from '../measure.mjs';

const OURS = 'chinchilla()';
const SCIPY = 'SciPy, L-BFGS-B with analytic gradient';

/** The Chinchilla fit of approach 3 on the 240 rows of the re-analysis: the published grid of starts (SciPy on a part of it: the whole takes it minutes),
 * and refits to resampled rows. */
export async function* run({ quick }) {
  const table = await nodeData('chinchilla-epoch');
  const runs = { N: table.N, D: table.C.map((compute, i) => compute / (6 * table.N[i])), loss: table.loss };
  const law = chinchilla();
  law.fit(runs, { dropTop: 5, starts: 'auto' }); // compiled before it is measured
  if (!quick) yield wholeGrid(await once(() => law.fit(runs, { dropTop: 5, starts: 'grid' })));
  const starts = gridOf(quick ? 45 : 15);
  const grid = await once(() => law.fit(runs, { dropTop: 5, starts: starts.map(named) }));
  const resamples = quick ? 100 : 1000;
  const refits = await once(() => bootstrap(grid.value, { resamples }));
  const kept = grid.value.runs;
  const peer = python('chinchilla.py', ['numpy', 'scipy'], {
    ...Object.fromEntries(['N', 'D', 'loss'].map((name) => [name, Array.from(kept[name])])),
    delta: 1e-3,
    starts,
    resamples: Array.from({ length: resamples }, (_, i) => rowsOf(new Random(1).split(i), grid.value.n)),
  });
  yield {
    title: `Chinchilla's parametric law, ${starts.length} starts, ${grid.value.n} rows`,
    base: OURS,
    times: {
      [OURS]: one(grid.ms, `objective ${grid.value.objective.toExponential(6)}`),
      ...(peer && { [SCIPY]: one(peer.gridMs, `objective ${peer.objective.toExponential(6)}`) }),
    },
  };
  yield {
    title: `${resamples} bootstrap refits of it`,
    base: OURS,
    times: { [OURS]: one(refits.ms), ...(peer && { [SCIPY]: one(peer.bootstrapMs) }) },
  };
}

const one = (ms, note) => ({ median: ms, ...(note && { note }) });

const wholeGrid = ({ ms, value }) => ({
  title: `Chinchilla's parametric law, all ${value.starts} starts, ${value.n} rows`,
  base: OURS,
  times: { [OURS]: one(ms, `objective ${value.objective.toExponential(6)}`) },
});

/** Every so-manyth start of the published grid, as ln A, ln B, ln E, alpha, beta. */
function gridOf(every) {
  const exponents = [0, 0.5, 1, 1.5, 2];
  const logs = [0, 5, 10, 15, 20, 25];
  const floors = [-1, -0.5, 0, 0.5, 1];
  const all = exponents.flatMap((alpha) =>
    exponents.flatMap((beta) =>
      floors.flatMap((lnE) => logs.flatMap((lnA) => logs.map((lnB) => [lnA, lnB, lnE, alpha, beta]))),
    ),
  );
  return all.filter((_, i) => i % every === 0);
}

const named = ([lnA, lnB, lnE, alpha, beta]) => ({ A: Math.exp(lnA), B: Math.exp(lnB), E: Math.exp(lnE), alpha, beta });

const rowsOf = (random, n) => Array.from({ length: n }, () => random.integer(n));
