export * from './cauchy-schwarz.js';
export * from './energy-distance.js';
export * from './mmd.js';
export * from './sample-divergence.js';
export { type Sample } from './sample.js';
export * from './sinkhorn.js';
export * from './sliced-wasserstein.js';
export { wasserstein } from './wasserstein.js';
