export * from './cauchy-schwarz.js';
export * from './gaussian-divergence.js';
export {
  type CheckedGaussian,
  type DimensionTerm,
  type Gaussian,
  gaussianOfSample,
  readGaussian,
  sumOverDimensions,
} from './gaussian.js';
export * from './renyi.js';
export * from './wasserstein.js';
