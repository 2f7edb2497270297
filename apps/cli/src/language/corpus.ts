import { existsSync } from 'node:fs';
import { DataError, unknownName } from '@surprisal/core';
import { type CorpusName, corpora } from '@surprisal/data';
import { nodeData } from '@surprisal/data/node';
import { readUserFile } from '../user-files.js';

/** A text to train on, and what it is called. */
export interface CorpusText {
  readonly name: string;
  readonly text: string;
}

/**
 * A corpus that is built in, by its name, or a file of text.
 *
 * @throws UnknownNameError for a name that is neither; DataError for a file that is empty or no text
 */
export async function readCorpus(name: string): Promise<CorpusText> {
  if (Object.hasOwn(corpora, name)) return { name, text: (await nodeData(name as CorpusName)).text };
  if (existsSync(name)) return { name, text: await readText(name) };
  if (/[./\\]/.test(name))
    throw new DataError(`${name}: no such file; give a text, or one of ${Object.keys(corpora).join(', ')}`);
  throw unknownName('corpus', name, Object.keys(corpora));
}

async function readText(file: string): Promise<string> {
  const text = utf8(await readUserFile(file), file);
  if (text.trim() === '') throw new DataError(`${file}: the file is empty; give a text to train on`);
  return text;
}

function utf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${file}: must be text in UTF-8; save it as that`);
  }
}
