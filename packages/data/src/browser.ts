import { DataError, type DataLoader } from '@surprisal/core';
import { dataLoader } from './datasets.js';

export interface FetchedDataOptions {
  /** The address below which the data sets lie. */
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
 * The data loader of studies that run in a page. It fetches each data set once; after a failure the next call tries again.
 *
 * Below the address it expects `mnist/` with the four idx files of MNIST, or of a part of it; `corpora/NAME.txt`, the text of a corpus in
 * UTF-8; `tables/NAME.json`, the tables of runs, as this package brings them. What is never asked for may be absent.
 *
 * @throws UnknownNameError for a data set that there is not; DataError that names the address, when a file cannot be fetched or
 * is corrupt
 *
 * @example
 * const data = fetchedData({ baseUrl: '/' }); // `await data('moby-dick')` fetches /corpora/moby-dick.txt
 */
export function fetchedData({ baseUrl, onProgress }: FetchedDataOptions): DataLoader {
  const fetched = (path: string) => fetchFile(baseUrl.replace(/\/?$/, '/') + path, onProgress);
  return dataLoader({
    mnist: (file) => fetched(`mnist/${file}`),
    corpus: (name) => fetched(`corpora/${name}.txt`),
    runTable: (name) => fetched(`tables/${name}.json`),
  });
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
