export * from './log-sum-exp.js';
export * from './root.js';
