import { nodeContestant, pythonContestant } from '../contestants.mjs';
import { matrix, stopAll } from '../matrix.mjs';

const packages = ['numpy', 'scipy', 'ot'];

/** Optimal transport against POT and SciPy: entropic plans to the same accuracy, and exact distances on a line. */
export async function* run({ quick }) {
  const contestants = {
    ours: await nodeContestant('transport.mjs'),
    'POT: sinkhorn, emd2_1d': await pythonContestant('transport.py', packages, 'plain'),
    'POT: sinkhorn_log, wasserstein_1d': await pythonContestant('transport.py', packages, 'log'),
    SciPy: await pythonContestant('transport.py', packages, 'SciPy'),
  };
  const names = contestants.ours.names.filter((name) => !quick || !name.endsWith('1/200'));
  try {
    const title = 'Optimal transport: plans to the same accuracy of the marginals, in float64';
    yield await matrix({ title, base: 'ours', contestants, names, quick, allNotes: true });
  } finally {
    stopAll(contestants);
  }
}
