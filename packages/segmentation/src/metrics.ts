export { bettiError, localBettiError } from './betti-error.js';
export { clDice } from './cl-dice.js';
export { dice } from './dice.js';
export { hausdorff } from './hausdorff.js';
export {
  type SegmentationMetric,
  type SegmentationMetricDefinition,
  defineSegmentationMetric,
} from './segmentation-metric.js';
export {
  type BettiNumbers,
  type Components,
  type Connectivity,
  bettiNumbers,
  connectedComponents,
} from './topology/components.js';
export { distanceTransform } from './topology/distance-transform.js';
export { type Mask } from './topology/mask.js';
export { type PersistenceDiagram, type PersistencePair, persistence } from './topology/persistence.js';
export { removalClasses, skeleton, tubedSkeleton } from './topology/thinning.js';
export { criticalPixels, simplePoints, warped } from './topology/warping.js';
