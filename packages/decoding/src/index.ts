export * from './greedy.js';
export * from './sampler.js';
