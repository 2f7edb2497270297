export * from './classifier.js';
export * from './cnn.js';
export * from './mlp.js';
export { type Layers, type ModelDefinition, defineModel, initialise, modelParams } from './model.js';
export * from './projected-gradient.js';
export { type Gradients, type Step, type TrainStepsOptions, trainSteps } from './train-steps.js';
export * from './transformer.js';
export * from './unet.js';
