export * from './power-law.js';
export * from './scaling-law.js';
export * from './schedule.js';
export * from './schedules.js';
