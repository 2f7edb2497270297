export * from './bottleneck.js';
export * from './bounded-information.js';
export { type Joint, columnSums, entropyBits, mutualInformationBits } from './entropy.js';
export * from './coding-game.js';
export * from './grid-world.js';
export * from './minimum-entropy-coupling.js';
