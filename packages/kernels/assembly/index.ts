export { addBias } from './bias';
export {
  equal,
  greater,
  greaterEqual,
  logicalAnd,
  logicalOr,
  maximum,
  minimum,
  notEqual,
  select,
  selectTruths,
  squaredDifference,
  wholeDifference,
  wholeEqual,
  wholeGreater,
  wholeGreaterEqual,
  wholeMaximum,
  wholeMinimum,
  wholeNotEqual,
  wholeProduct,
  wholeSum,
} from './pairs';
export {
  convolution,
  convolutionBlocks,
  convolutionFilterGradient,
  convolutionInputGradient,
  convolutionScratch,
} from './convolution';
export { softmaxCrossEntropy, softmaxCrossEntropyGradient } from './cross-entropy';
export { depthwise, depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export { fourierChirp, fourierPower, fourierShort } from './fourier';
export { addRowsTo, knownLosses, logitsToGradient, takeLogits } from './linear-cross-entropy';
export { blockCount, blockDepth, multiplyEach, multiplyPacked, multiplyScratch, packedBytes } from './matmul';
export { adamStep, sgdStep } from './optimizers';
export { packPanels } from './panels';
export {
  logGaussianKernelSums,
  logGaussianKernelSumsGradient,
  squaredDistances,
  squaredDistancesGradient,
} from './point-pairs';
export { maxPoolGradient } from './pooling';
export { maxColumns, maxRows, minColumns, minRows, sumColumns, sumRows } from './reductions';
export { productUpTo, sumUpTo } from './scans';
export { segmentSum } from './segments';
export {
  softmaxJensenShannon,
  softmaxJensenShannonGradient,
  softmaxKullbackLeibler,
  softmaxKullbackLeiblerGradient,
} from './softmax-divergence';
export {
  logSoftmax,
  logSumExpGradient,
  logSumExpRows,
  softmax,
  softmaxEntropyGradient,
  softmaxEntropyRows,
} from './softmax-rows';
export { copySteps, gatherRows } from './steps';
export { transposeMatrices } from './transpose';
export {
  clip,
  erf,
  exp,
  expm1,
  leakyRelu,
  log,
  log1p,
  reciprocal,
  rsqrt,
  selu,
  sigmoid,
  sign,
  softplus,
  sqrt,
  tanh,
} from './unary';
