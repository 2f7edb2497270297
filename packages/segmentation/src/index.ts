export { boundary, regionWise } from './distance-maps.js';
export * from './metrics.js';
export { pixelCrossEntropy } from './pixel-cross-entropy.js';
export {
  type SegmentationLoss,
  type SegmentationLossDefinition,
  type SegmentationLossOptions,
  defineSegmentationLoss,
  weightedSum,
} from './segmentation-loss.js';
export { type Masks } from './segmentation-masks.js';
export { SegmentationTerms } from './segmentation-terms.js';
export { skeletonRecall } from './skeleton-recall.js';
export { type SkeletonOverlap, skeletonOverlap, softClDice } from './soft-cl-dice.js';
export { softSkeleton } from './soft-skeleton.js';
export { type PersistenceLossOptions, persistenceLoss, topoLoss } from './topo-loss.js';
export { ceDice, softDice, tversky } from './tversky.js';
export { warpingLoss } from './warping-loss.js';
