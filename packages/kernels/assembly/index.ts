export { addBias } from './bias';
export { convolutionFilterGradient, convolutionInputGradient, convolutionScratch } from './convolution';
export { softmaxCrossEntropy, softmaxCrossEntropyGradient } from './cross-entropy';
export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export { knownLosses, logitsToGradient, sumRows, takeLogits } from './linear-cross-entropy';
export { multiply, multiplyScratch } from './matmul';
export { maxPoolGradient } from './pooling';
export { segmentSum } from './segments';
export {
  softmaxJensenShannon,
  softmaxJensenShannonGradient,
  softmaxKullbackLeibler,
  softmaxKullbackLeiblerGradient,
} from './softmax-divergence';
export { logSumExpGradient, logSumExpRows, softmaxEntropyGradient, softmaxEntropyRows } from './softmax-rows';
export { erf, exp, expm1, log, log1p, sigmoid, tanh } from './unary';
