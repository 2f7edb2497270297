import { DataError, type DataLoader, unknownName } from '@surprisal/core';
import type { ImageClassificationData } from './image-set.js';
import { mnistFrom } from './mnist.js';

export interface FetchedDataOptions {
  /** The folder with the four idx files, as an address. */
  readonly baseUrl: string;
}

/**
 * The data loader of studies that run in a page: fetches the idx files of MNIST, or of a part of it, once.
 *
 * @throws DataError that names the address, when it cannot be fetched or is corrupt
 *
 * @example
 * const data = fetchedData({ baseUrl: new URL('mnist/', document.baseURI).href });
 * const { train } = await data('mnist');
 */
export function fetchedData({ baseUrl }: FetchedDataOptions): DataLoader {
  let mnist: Promise<ImageClassificationData> | undefined;
  return async (name) => {
    if (name !== 'mnist') throw unknownName('data set', String(name), ['mnist']);
    return (mnist ??= mnistFrom((file) => fetchBytes(`${baseUrl.replace(/\/?$/, '/')}${file}`)));
  };
}

async function fetchBytes(file: string) {
  const mend = 'reload the page; if that does not help, the site is not complete';
  const response = await fetch(file).catch((error: Error) => {
    throw new DataError(`${file}: cannot be fetched (${error.message}); ${mend}`);
  });
  if (!response.ok) throw new DataError(`${file}: cannot be fetched (HTTP ${response.status}); ${mend}`);
  return { bytes: new Uint8Array(await response.arrayBuffer()), file, mend };
}
