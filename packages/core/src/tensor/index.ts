export * from './engine.js';
export * from './fused.js';
export * from './gradients.js';
export * from './mended.js';
export * from './model.js';
export * from './ops.js';
export * from './shape.js';
export * from './tensor-like.js';
