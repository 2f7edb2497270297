export { type Corpus, type CorpusName, corpora, corpusFrom } from './corpus.js';
export {
  type Corruption,
  type CorruptionDefinition,
  type Picture,
  type Strengths,
  corruptionParams,
  defineCorruption,
} from './corruption.js';
export * from './geometric-corruptions.js';
export * from './idx.js';
export * from './image-set.js';
export * from './image-set-from-idx.js';
export * from './label-noise.js';
export * from './mnist.js';
export * from './pixel-corruptions.js';
export * from './run-table.js';
export * from './severities.js';
export { type BrickWall, type BrickWallOptions, type LabelQuality, brickWall } from './brick-walls/brick-wall.js';
export { type LabelMask } from './brick-walls/labels.js';
export { type WallShift, wallShifts } from './brick-walls/shifts.js';
export * from './rand-hue.js';
