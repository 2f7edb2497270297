import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DataError } from '@surprisal/core';

/** Formats of weights that transformers.js names, by the ending of their file; the most exact first. */
const ENDINGS = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
} as const;

/** How exact the weights are. */
export type WeightFormat = keyof typeof ENDINGS;

/** A folder with a model as transformers.js reads it. */
export interface OnnxFolder {
  readonly path: string;
  readonly name: string;
  /** The most exact that is there. */
  readonly dtype: WeightFormat;
}

const NEEDED = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

/**
 * Looks for what transformers.js needs in a folder, before anything is loaded.
 *
 * @throws DataError that names what is missing
 */
export function onnxFolder(given: string): OnnxFolder {
  const path = resolve(given);
  if (!existsSync(path))
    throw new DataError(`${given}: no such folder; --model takes one with a model in the form of transformers.js`);
  if (!statSync(path).isDirectory()) throw new DataError(`${given}: is a file; --model takes the folder of a model`);
  const missing = NEEDED.filter((file) => !existsSync(join(path, file)));
  const dtype = (Object.keys(ENDINGS) as WeightFormat[]).find((one) =>
    existsSync(join(path, 'onnx', `model${ENDINGS[one]}.onnx`)),
  );
  if (dtype === undefined) missing.push('onnx/model.onnx');
  if (dtype !== undefined && missing.length === 0) return { path, name: basename(path), dtype };
  throw new DataError(
    `${given}: has no ${missing.join(', ')}; --model takes a folder with a model in the form of transformers.js`,
  );
}
