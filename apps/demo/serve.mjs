import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';
import { isolating } from './headers.mjs';

/** Serves the built demo on 127.0.0.1, on the first free port from the given one on. */
export async function serve(port = 4173, /** @type {Record<string, string>} */ headers = isolating) {
  const server = await preview({
    root: dirname(fileURLToPath(import.meta.url)),
    configFile: false, // the built files are all that is needed
    base: './',
    logLevel: 'silent',
    preview: { host: '127.0.0.1', port, strictPort: false, headers },
  });
  return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() };
}
