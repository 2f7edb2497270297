import { registerCrossEntropy } from './cross-entropy.js';
import { registerElementary } from './elementary.js';
import { registerLinearCrossEntropy } from './linear-cross-entropy.js';
import { explainReading } from './reading.js';
import { registerSoftmax } from './softmax.js';

/** What is left to do once tfjs's webgpu backend has started. */
export function prepareWebgpu(): void {
  explainReading();
  registerElementary();
  registerSoftmax();
  registerCrossEntropy();
  registerLinearCrossEntropy();
}
