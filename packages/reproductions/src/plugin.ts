import { definePlugin } from '@surprisal/core';
import { adversarialCompSum } from './adversarial-comp-sum/adversarial-comp-sum.js';
import { autoregressiveScaling } from './autoregressive-scaling/autoregressive-scaling.js';
import { autoregressiveScalingTraining } from './autoregressive-scaling/autoregressive-scaling-training.js';
import { biasLossStudy } from './bias-loss/bias-loss.js';
import { cemEnhancedTopP } from './cem-enhanced-top-p/cem-enhanced-top-p.js';
import { chinchillaStudy } from './chinchilla.js';
import { compareLosses } from './compare-losses.js';
import { compareSamplers } from './compare-samplers.js';
import { compareScalingLaws } from './compare-scaling-laws.js';
import { compSumStudy } from './comp-sum.js';
import { couplings } from './couplings/couplings.js';
import { directCoverageStudy } from './direct-coverage/direct-coverage.js';
import { editInvariantStudy } from './edit-invariant/edit-invariant.js';
import { labelNoise } from './label-noise/label-noise.js';
import { lrAnnealingStudy } from './lr-annealing/lr-annealing.js';
import { lrAnnealingTraining } from './lr-annealing/lr-annealing-training.js';
import { mirostatStudy } from './mirostat.js';
import { oneClass } from './one-class/one-class.js';
import { tokenizationTheory } from './tokenization/tokenization-theory.js';
import { tokenizationTransformer } from './tokenization/tokenization-transformer.js';
import { topomortar } from './topomortar/topomortar.js';
import { utilityProbability } from './utility-probability/utility-probability.js';
import { valueLearning } from './value-learning/value-learning.js';

export default definePlugin({
  name: '@surprisal/reproductions',
  studies: [
    compSumStudy,
    labelNoise,
    adversarialCompSum,
    biasLossStudy,
    mirostatStudy,
    tokenizationTheory,
    tokenizationTransformer,
    autoregressiveScaling,
    autoregressiveScalingTraining,
    chinchillaStudy,
    cemEnhancedTopP,
    lrAnnealingStudy,
    lrAnnealingTraining,
    utilityProbability,
    couplings,
    valueLearning,
    directCoverageStudy,
    editInvariantStudy,
    topomortar,
    oneClass,
    compareLosses,
    compareSamplers,
    compareScalingLaws,
  ],
});
