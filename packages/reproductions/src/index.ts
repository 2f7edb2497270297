export { adversarialCompSum } from './adversarial-comp-sum/adversarial-comp-sum.js';
export { type AdversarialParams, adversarialParams } from './adversarial-comp-sum/params.js';
export { autoregressiveScaling } from './autoregressive-scaling/autoregressive-scaling.js';
export { autoregressiveScalingTraining } from './autoregressive-scaling/autoregressive-scaling-training.js';
export { biasLossStudy } from './bias-loss/bias-loss.js';
export { cemEnhancedTopP } from './cem-enhanced-top-p/cem-enhanced-top-p.js';
export { chinchillaStudy } from './chinchilla.js';
export { compareLosses } from './compare-losses.js';
export { compareSamplers } from './compare-samplers.js';
export { compareScalingLaws } from './compare-scaling-laws.js';
export { compSumStudy } from './comp-sum.js';
export { couplings } from './couplings/couplings.js';
export { labelNoise } from './label-noise/label-noise.js';
export { lrAnnealingStudy } from './lr-annealing/lr-annealing.js';
export { lrAnnealingTraining } from './lr-annealing/lr-annealing-training.js';
export { mirostatStudy } from './mirostat.js';
export { oneClass } from './one-class/one-class.js';
export { type TextParams, type TextTask, textParams, textTask, writeText } from './shared/text-task.js';
export { tokenizationTheory } from './tokenization/tokenization-theory.js';
export { tokenizationTransformer } from './tokenization/tokenization-transformer.js';
export { topomortar } from './topomortar/topomortar.js';
export { utilityProbability } from './utility-probability/utility-probability.js';
export {
  type Cell,
  type CellResult,
  type Epoch,
  type GridContext,
  type MnistParams,
  type NoisePattern,
  type TrainingLabels,
  mnistParams,
  trainGrid,
} from './shared/grid.js';
export { type ValueLearningParams, valueLearningParams } from './value-learning/params.js';
export { valueLearning } from './value-learning/value-learning.js';
export { directCoverageStudy } from './direct-coverage/direct-coverage.js';
export { type DirectCoverageParams, directCoverageParams } from './direct-coverage/params.js';
export { editInvariantStudy } from './edit-invariant/edit-invariant.js';
export { type EditInvariantParams, editInvariantParams } from './edit-invariant/params.js';
