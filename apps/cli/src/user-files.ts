import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { DataError } from '@surprisal/core';

/**
 * The bytes of a file that the user names.
 *
 * @throws DataError that says why it cannot be read
 */
export const readUserFile = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: NodeJS.ErrnoException) => {
    const advice = { EISDIR: 'it is a folder, name a file', ENOENT: 'there is no such file' }[error.code ?? ''];
    throw new DataError(`${file}: cannot be read (${error.code}); ${advice ?? 'see to its rights'}`);
  });

/**
 * Writes a file that the user names by a flag.
 *
 * @throws DataError that says why it cannot be written
 */
export const writeUserFile = (flag: string, file: string, content: string): Promise<void> =>
  writeFile(file, content).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(`${file}: cannot be written (${error.code}); name another file with ${flag}`);
  });

/** What stands on stdin, without the end of its last line. */
export const readStdin = async (): Promise<string> => (await text(process.stdin)).replace(/\r?\n$/, '');
