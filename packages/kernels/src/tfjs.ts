/** TensorFlow.js as this package and those above it import it. Node gets it from `tfjs-node.ts`, which is faster there. */
export * from '@tensorflow/tfjs';
