import { createRequire } from 'node:module';

/**
 * TensorFlow.js for Node. It is CommonJS, which `import` reads through for the names it exports before it runs it, 5 MB of it;
 * `require` does not, and is done in a third of the time. So the names stand here: all but the names of kernels.
 * Their types are those of `tfjs.ts`.
 */
// prettier-ignore
export const {
  abs, acos, acosh, AdadeltaOptimizer, AdagradOptimizer, AdamaxOptimizer, AdamOptimizer, add, addN, all, any, argMax,
  argMin, asin, asinh, atan, atan2, atanh, avgPool, avgPool3d, backend, backend_util, basicLSTMCell, batchNorm,
  batchNorm2d, batchNorm3d, batchNorm4d, batchToSpaceND, bincount, bitwiseAnd, booleanMaskAsync, broadcast_util,
  broadcastArgs, broadcastTo, browser, buffer, Callback, CallbackList, callbacks, cast, ceil, clipByValue, clone,
  complex, concat, concat1d, concat2d, concat3d, concat4d, constraints, conv1d, conv2d, conv2dTranspose, conv3d,
  conv3dTranspose, copyRegisteredKernels, cos, cosh, cosineWindow, cumprod, cumsum, CustomCallback, customGrad, data,
  DataStorage, denseBincount, deprecationWarn, depthToSpace, depthwiseConv2d, deregisterOp, device_util, diag,
  dilation2d, disableDeprecationWarnings, dispose, disposeVariables, div, divNoNan, dot, dropout, EarlyStopping,
  einsum, elu, enableDebugMode, enableProdMode, enclosingPowerOfTwo, engine, ensureShape, env, ENV, Environment,
  equal, erf, euclideanNorm, exp, expandDims, expm1, eye, fft, fill, findBackend, findBackendFactory, floor, floorDiv,
  forceHalfFloat, fused, gather, gather_util, gatherND, getBackend, getGradient, getKernel, getKernelsForBackend,
  gpgpu_util, GPGPUContext, grad, grads, GraphModel, greater, greaterEqual, History, ifft, imag, image, initializers,
  input, InputSpec, inTopKAsync, io, irfft, isFinite, isInf, isNaN, keep, kernel_impls, KernelBackend, layers,
  LayersModel, LayerVariable, leakyRelu, less, lessEqual, linalg, linspace, loadGraphModel, loadGraphModelSync,
  loadLayersModel, localResponseNormalization, log, log1p, logicalAnd, logicalNot, logicalOr, logicalXor, logSigmoid,
  logSoftmax, logSumExp, losses, lowerBound, math, MathBackendCPU, MathBackendWebGL, matMul, max, maximum, maxPool,
  maxPool3d, maxPoolWithArgmax, mean, memory, meshgrid, metrics, min, minimum, mirrorPad, mod, model, models, moments,
  MomentumOptimizer, movingAverage, mul, multinomial, multiRNNCell, neg, nextFrame, norm, notEqual, oneHot, ones,
  onesLike, op, Optimizer, OptimizerConstructors, outerProduct, pad, pad1d, pad2d, pad3d, pad4d, pool, pow, prelu,
  print, prod, profile, raggedGather, raggedRange, raggedTensorToTensor, rand, randomGamma, randomNormal,
  randomStandardNormal, randomUniform, randomUniformInt, range, Rank, ready, real, reciprocal, Reduction,
  registerBackend, registerCallbackConstructor, registerGradient, registerKernel, registerOp, regularizers, relu,
  relu6, removeBackend, reshape, reverse, reverse1d, reverse2d, reverse3d, reverse4d, rfft, RMSPropOptimizer, RNN,
  round, rsqrt, scalar, scatter_util, scatterND, searchSorted, selu, separableConv2d, sequential, Sequential,
  serialization, setBackend, setdiff1dAsync, setPlatform, setWebGLContext, SGDOptimizer, shared, sigmoid, sign,
  signal, sin, sinh, slice, slice_util, slice1d, slice2d, slice3d, slice4d, softmax, softplus, spaceToBatchND, sparse,
  sparseToDense, spectral, split, sqrt, square, squaredDifference, squeeze, stack, step, stridedSlice, string, sub,
  sum, sumOutType, SymbolicTensor, tan, tanh, tensor, Tensor, tensor_util, tensor1d, tensor2d, tensor3d, tensor4d,
  tensor5d, tensor6d, TensorBuffer, tensorScatterUpdate, test_util, tidy, tile, time, topk, train, transpose,
  truncatedNormal, unique, unregisterGradient, unregisterKernel, unsortedSegmentSum, unstack, upcastType, upperBound,
  util, valueAndGrad, valueAndGrads, variable, Variable, variableGrads, version, webgl, webgl_util, where, whereAsync,
  zeros, zerosLike,
} = createRequire(import.meta.url)('@tensorflow/tfjs') as Record<string, unknown>;
