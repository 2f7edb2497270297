import { getKernel } from '@surprisal/kernels/tfjs';
import { registerCrossEntropy } from './cross-entropy.js';
import { registerElementary } from './elementary.js';
import { registerFourier } from './fourier.js';
import { registerIntegers } from './integers.js';
import { registerLinearCrossEntropy } from './linear-cross-entropy.js';
import { explainReading } from './reading.js';
import { registerScans } from './scans.js';
import { registerSoftmax } from './softmax.js';

/** What is left to do once tfjs's webgpu backend has started. */
export function prepareWebgpu(): void {
  explainReading();
  if (getKernel('SurprisalSoftmaxCrossEntropy', 'webgpu')) return; // registered already
  registerIntegers();
  registerElementary();
  registerScans();
  registerFourier();
  registerSoftmax();
  registerCrossEntropy();
  registerLinearCrossEntropy();
}
