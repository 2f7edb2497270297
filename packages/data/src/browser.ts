import { DataError, type DataLoader, unknownName } from '@surprisal/core';
import { mnistFrom } from './mnist.js';
import { once } from './once.js';

export interface FetchedDataOptions {
  /** The folder with the four idx files, as an address. */
  readonly baseUrl: string;
  /** Called as bytes arrive; the files are fetched side by side. */
  readonly onProgress?: (progress: FetchProgress) => void;
}

/** How far the fetching of one file is. */
export interface FetchProgress {
  /** The address of the file. */
  readonly file: string;
  /** Bytes that have arrived. */
  readonly loaded: number;
  /** Bytes of the whole file; absent when the server does not say, or sends it compressed. */
  readonly total?: number;
}

/**
 * The data loader of studies that run in a page: fetches the idx files of MNIST, or of a part of it, once. After a failure the
 * next call tries again.
 *
 * @throws UnknownNameError for a data set that there is not; DataError that names the address, when a file cannot be fetched or
 * is corrupt
 *
 * @example
 * const data = fetchedData({ baseUrl: '/mnist' }); // `await data('mnist')` fetches the four files below that address
 */
export function fetchedData({ baseUrl, onProgress }: FetchedDataOptions): DataLoader {
  const folder = baseUrl.replace(/\/?$/, '/');
  const mnist = once(() => mnistFrom((file) => fetchFile(folder + file, onProgress)));
  return async (name) => {
    if (name !== 'mnist') throw unknownName('data set', String(name), ['mnist']);
    return mnist();
  };
}

async function fetchFile(file: string, onProgress: FetchedDataOptions['onProgress']) {
  const mend = 'reload the page; if that does not help, the site is not complete';
  const failed = (why: string) => new DataError(`${file}: cannot be fetched (${why}); ${mend}`);
  const broken = (error: Error) => Promise.reject(failed(error.message));
  const response = await fetch(file).catch(broken);
  if (!response.ok) throw failed(`HTTP ${response.status}`);
  const watched = onProgress ? watch(response, file, onProgress) : response;
  return { bytes: new Uint8Array(await watched.arrayBuffer().catch(broken)), file, mend };
}

/** The same response, whose bytes are counted on their way. */
function watch(response: Response, file: string, onProgress: (progress: FetchProgress) => void): Response {
  const size = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  const total = size === null ? {} : { total: Number(size) };
  let loaded = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      loaded += chunk.length;
      onProgress({ file, loaded, ...total });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body?.pipeThrough(counter));
}
