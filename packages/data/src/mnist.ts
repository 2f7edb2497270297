import { imageSetFromIdx, type SourcedBytes } from './idx.js';
import type { ImageClassificationData } from './image-set.js';

/** The four files of MNIST, as they have been called since 1998. */
export const mnistFiles = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

/**
 * MNIST from its files, however they are read: 28 x 28 grey digits in 10 classes.
 *
 * LeCun, Cortes, Burges: The MNIST database of handwritten digits, 1998.
 */
export async function mnistFrom(read: (file: string) => Promise<SourcedBytes>): Promise<ImageClassificationData> {
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    read(mnistFiles.trainImages),
    read(mnistFiles.trainLabels),
    read(mnistFiles.testImages),
    read(mnistFiles.testLabels),
  ]);
  return {
    name: 'mnist',
    train: imageSetFromIdx(trainImages, trainLabels, 10),
    test: imageSetFromIdx(testImages, testLabels, 10),
  };
}
