export { cemEnhancedTopP } from './cem-enhanced-top-p.js';
export { compareLosses } from './compare-losses.js';
export { compareSamplers } from './compare-samplers.js';
export { compSumStudy } from './comp-sum.js';
export { lrAnnealingStudy } from './lr-annealing.js';
export { mirostatStudy } from './mirostat.js';
export { type TextParams, type TextTask, textParams, textTask, writeText } from './text-task.js';
export { tokenizationTheory } from './tokenization-theory.js';
export { type Cell, type CellResult, type GridContext, type MnistParams, mnistParams, trainGrid } from './grid.js';
