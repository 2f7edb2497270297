import { type Tensor, tensor2d } from '@surprisal/core/tensor';
import type { AdversarialLoss } from '@surprisal/losses';
import { landscapeOf } from '../landscape.js';
import { CLEAN_LOGITS } from './clean.js';

/** What an adversarial loss is over what the perturbed input may be taken for, where the clean input is taken for the label. */
export const adversarialLandscapeOf = (make: () => AdversarialLoss) =>
  landscapeOf(() => {
    const loss = make();
    return (perturbed: Tensor, labels: number[]) => loss(tensor2d(labels.map(() => CLEAN_LOGITS)), perturbed, labels);
  });
