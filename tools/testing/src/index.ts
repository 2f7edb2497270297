export * from './arbitraries.js';
export * from './engines.js';
export { documentedExamples } from './examples.js';
export * from './goldens.js';
export * from './gradient-check.js';
export * from './leak-check.js';
export * from './study.js';
