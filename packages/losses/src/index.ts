export * from './comp-sum.js';
export * from './consistency.js';
export * from './focal.js';
export * from './label-smoothing.js';
export * from './linear-supremum.js';
export { type Labels } from './labels.js';
export { type Loss, type LossDefinition, type LossOptions, LossTerms, defineLoss } from './loss.js';
export * from './smooth-adversarial.js';
