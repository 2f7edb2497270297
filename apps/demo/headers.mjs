/**
 * What pages are served with, so that they are isolated from other origins: threads may share memory in such pages alone.
 * Without these headers the pages work as well, on one thread.
 */
export const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
