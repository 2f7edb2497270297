export { type AdversarialLoss, makeAdversarialLoss } from './adversarial-loss.js';
export * from './aldr.js';
export * from './asymmetric.js';
export { type NgramLoss, bagOfNgrams } from './bag-of-n-grams.js';
export * from './bias.js';
export * from './class-balance.js';
export * from './comp-sum.js';
export * from './confidence-penalty.js';
export * from './consistency.js';
export { coverageWeight, dcoFromLogProb, dcoWeightedCrossEntropy, directCoverage, effectiveBatchMask } from './dco.js';
export * from './eisl.js';
export * from './focal.js';
export { hlGauss } from './hl-gauss.js';
export * from './hyperbolic.js';
export * from './l2-svm.js';
export * from './label-smoothing.js';
export { ldrK, ldrKl } from './ldr.js';
export * from './linear-supremum.js';
export { lossTruncation } from './loss-truncation.js';
export { type Labels } from './labels.js';
export { type Loss, type LossDefinition, type LossOptions, LossTerms, defineLoss, makeLoss } from './loss.js';
export * from './mart.js';
export * from './multiclass-hinge.js';
export { type NgramLossOptions } from './n-grams.js';
export {
  asymmetricGce,
  asymmetricUnhinged,
  brier,
  jensenShannon,
  nceAgce,
  nceAul,
  nceRce,
  normalizedCrossEntropy,
  reverseCrossEntropy,
  symmetricCrossEntropy,
  truncatedGce,
} from './noise-robust.js';
export * from './one-class-metrics.js';
export {
  conformalFactor,
  expmap,
  expmap0,
  logmap0,
  mobiusAdd,
  poincareDistance,
  poincareNorm,
  projectToBall,
} from './poincare.js';
export * from './policy-gradient.js';
export * from './poly.js';
export * from './pruned-gce.js';
export * from './pseudo-negatives.js';
export {
  type CoverageSequenceLoss,
  type StepOptions,
  dcoSequence,
  dcoStepwise,
  tokenCrossEntropy,
} from './sequence-cross-entropy.js';
export { type SequenceLoss, type SequenceLossOptions, SequenceTerms, makeSequenceLoss } from './sequence-loss.js';
export * from './smooth-adversarial.js';
export * from './squashing.js';
export { trades } from './trades.js';
export * from './two-hot.js';
export { type ValueCode, type ValueLoss, type ValueLossOptions, makeValueLoss } from './value-loss.js';
