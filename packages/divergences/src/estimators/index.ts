export * from './critic-bounds.js';
export * from './nearest-neighbours.js';
export { type CheckedScores, type CriticScores, scoresOfPairs } from './scores.js';
export * from './variational-bound.js';
