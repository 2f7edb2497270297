export * from './beam-search.js';
export * from './contrastive-search.js';
export * from './enhanced-top-p.js';
export * from './greedy.js';
export { type LogitValues, logSoftmax, softmax } from './log-softmax.js';
export { type CheckedPrediction, type NextLogits, type Prediction, type SequenceModel, batched } from './model.js';
export * from './sampler.js';
export * from './search.js';
