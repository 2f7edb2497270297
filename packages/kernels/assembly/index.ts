export { addBias } from './bias';
export { convolutionFilterGradient, convolutionInputGradient, convolutionScratch } from './convolution';
export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export { multiply, multiplyScratch } from './matmul';
export { maxPoolGradient } from './pooling';
export { segmentSum } from './segments';
export { erf, exp, expm1, log, log1p, sigmoid, tanh } from './unary';
