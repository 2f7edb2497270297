import type { SourcedBytes } from './idx.js';
import { imageSetFromIdx } from './image-set-from-idx.js';
import type { ImageClassificationData } from './image-set.js';

/** The four files of MNIST, as they have been called since 1998. */
export const mnistFiles = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

/**
 * MNIST from its files, however they are read: 28 x 28 grey digits in 10 classes. A data set of the same form works as well.
 *
 * LeCun, Cortes, Burges: The MNIST database of handwritten digits, 1998.
 *
 * @param read gives the bytes of one of the {@link mnistFiles}
 * @throws DataError that names the file and the mend, when one is corrupt
 */
export async function mnistFrom(read: (file: string) => Promise<SourcedBytes>): Promise<ImageClassificationData> {
  const files = [
    read(mnistFiles.trainImages),
    read(mnistFiles.trainLabels),
    read(mnistFiles.testImages),
    read(mnistFiles.testLabels),
  ] as const;
  await Promise.allSettled(files); // when several fail, it is always the first that is told
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(files);
  return {
    name: 'mnist',
    train: imageSetFromIdx({ name: 'mnist train', images: trainImages, labels: trainLabels, classes: 10 }),
    test: imageSetFromIdx({ name: 'mnist test', images: testImages, labels: testLabels, classes: 10 }),
  };
}
