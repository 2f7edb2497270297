import { complexKernels } from './complex.js';
import {
  conv2D,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  depthwiseConv2D,
  fusedConv2D,
  fusedDepthwiseConv2D,
} from './convolution.js';
import { einsum } from './einsum.js';
import { fourier } from './fourier.js';
import { softmaxCrossEntropy, softmaxRows } from './fused.js';
import { gather } from './gather.js';
import { identity } from './identity.js';
import type { Kernel } from './kernel.js';
import { linearCrossEntropy } from './linear-cross-entropy.js';
import { batchMatMul, fusedMatMul } from './matmul.js';
import { optimizerSteps } from './optimizers.js';
import { binaryKernels } from './pairs.js';
import { pointPairs } from './point-pairs.js';
import { maxPoolGrad } from './pooling.js';
import { reductions } from './reductions.js';
import { scans } from './scans.js';
import { unsortedSegmentSum } from './segments.js';
import { concat, pack, slice, splitV, unpack } from './slices.js';
import { logSoftmax, softmax } from './softmax.js';
import { stepKernels } from './steps.js';
import { transpose } from './transpose.js';
import { unaryKernels } from './unary.js';

/** All kernels of this package. */
export const kernels: readonly Kernel[] = [
  batchMatMul,
  fusedMatMul,
  conv2D,
  fusedConv2D,
  depthwiseConv2D,
  fusedDepthwiseConv2D,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  maxPoolGrad,
  unsortedSegmentSum,
  gather,
  ...stepKernels,
  identity,
  ...softmaxCrossEntropy,
  ...softmaxRows,
  ...linearCrossEntropy,
  ...pointPairs,
  ...unaryKernels,
  ...binaryKernels,
  einsum,
  ...reductions,
  ...scans,
  softmax,
  logSoftmax,
  transpose,
  slice,
  splitV,
  unpack,
  concat,
  pack,
  ...optimizerSteps,
  fourier,
  ...complexKernels,
];
