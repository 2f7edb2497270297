export { compareLosses } from './compare-losses.js';
export { compSumStudy } from './comp-sum.js';
export { type Cell, type CellResult, type GridContext, type MnistParams, mnistParams, trainGrid } from './grid.js';
