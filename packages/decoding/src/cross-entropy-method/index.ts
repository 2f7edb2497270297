export * from './bridge.js';
export * from './families.js';
export * from './minimum.js';
export * from './rare-event.js';
export * from './zeta.js';
