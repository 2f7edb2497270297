import { DataError } from '@surprisal/core';

/**
 * UTF-8; or UTF-16, as spreadsheets write it, when a byte order mark says so.
 *
 * @throws DataError for other bytes, which could only have been of the binary form
 */
export function decodeText(bytes: Uint8Array, name: string, binary: string): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${name}: must be text in UTF-8, or ${binary}; save it as one of these`);
  }
}
