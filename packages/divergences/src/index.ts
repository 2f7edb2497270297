export * from './alpha.js';
export * from './bounded.js';
export * from './bregman.js';
export * from './cauchy-schwarz.js';
export * from './chi-square.js';
export { type Limits } from './classes.js';
export { type Form, SUM_TOLERANCE } from './distributions.js';
export {
  type Divergence,
  type DivergenceDefinition,
  type DivergenceOptions,
  type DivergenceUnit,
  defineDivergence,
} from './divergence.js';
export * from './estimators/index.js';
export { fDivergence } from './f-divergence.js';
export * from './gaussian/index.js';
export * from './generators.js';
export * from './jensen-shannon.js';
export * from './kullback-leibler.js';
export * from './samples/index.js';
