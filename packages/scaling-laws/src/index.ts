export * from './power-law.js';
export * from './scaling-law.js';
