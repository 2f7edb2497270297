export { addBias } from './bias';
export { multiply, multiplyScratch } from './matmul';
