import { nodeContestant } from '../contestants.mjs';
import { matrix, stopAll } from '../matrix.mjs';
import { sizes } from '../sizes.mjs';

/** Every loss with its gradient: fused and vectorised, against the same formula in TensorFlow.js alone. */
export async function* run({ quick }) {
  const contestants = {
    ours: await nodeContestant('losses.mjs', 'ours'),
    'the same formula, tfjs wasm': await nodeContestant('losses.mjs', 'plain'),
  };
  const [rows, classes] = sizes.losses[0];
  try {
    const title = `Every loss with its gradient, ${rows} x ${classes}`;
    yield await matrix({ title, base: 'ours', contestants, names: contestants.ours.names, quick });
  } finally {
    stopAll(contestants);
  }
}
