import { nodeContestant, pythonContestant } from '../contestants.mjs';
import { matrix, stopAll } from '../matrix.mjs';

/** Persistent homology of images, components and holes with the pixels of their births and deaths, against GUDHI and Cubical Ripser (C++). */
export async function* run({ quick }) {
  const contestants = {
    ours: await nodeContestant('persistence.mjs'),
    GUDHI: await pythonContestant('persistence.py', ['numpy', 'gudhi'], 'gudhi'),
    'Cubical Ripser': await pythonContestant('persistence.py', ['numpy', 'cripser'], 'cripser'),
  };
  const { names } = contestants.ours;
  try {
    yield await matrix({
      title: 'Persistent homology of an image',
      base: 'ours',
      contestants,
      names,
      quick,
      allNotes: true,
    });
  } finally {
    stopAll(contestants);
  }
}
