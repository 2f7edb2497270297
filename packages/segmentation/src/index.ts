export { dice } from './dice.js';
export { pixelCrossEntropy } from './pixel-cross-entropy.js';
export {
  type SegmentationLoss,
  type SegmentationLossDefinition,
  type SegmentationLossOptions,
  defineSegmentationLoss,
  weightedSum,
} from './segmentation-loss.js';
export { type Masks } from './segmentation-masks.js';
export {
  type SegmentationMetric,
  type SegmentationMetricDefinition,
  defineSegmentationMetric,
} from './segmentation-metric.js';
export { SegmentationTerms } from './segmentation-terms.js';
export { ceDice, softDice, tversky } from './tversky.js';
export { type Mask } from './topology/mask.js';
