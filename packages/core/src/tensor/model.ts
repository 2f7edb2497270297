import { DataError, ShapeError } from '../errors.js';
import type { NdArray } from '../ndarray.js';
import { decodeSafetensors, encodeSafetensors } from '../safetensors.js';
import { type LayersModel, type Tensor, type Variable, tidy } from './ops.js';
import { toHost, toTensor } from './tensor-like.js';

/** What methods need of a model: its variables by name, and a call. */
export interface Model {
  readonly variables: Readonly<Record<string, Variable>>;
  call(inputs: Tensor, options?: { readonly training?: boolean }): Tensor;
}

/**
 * A tfjs LayersModel as a {@link Model}: the same variables, under the names of their layers.
 *
 * @example
 * const model = sequential({ layers: [layers.dense({ name: 'logits', units: 2, inputShape: [3] })] });
 * const { variables, call } = fromLayersModel(model);
 * console.log(Object.keys(variables), call(zeros([1, 3])).shape); // [ 'logits/kernel', 'logits/bias' ] [ 1, 2 ]
 */
export function fromLayersModel(model: LayersModel): Model {
  const variables = Object.fromEntries(model.weights.map((weight) => [weight.originalName, weight.read() as Variable]));
  if (Object.keys(variables).length !== model.weights.length) {
    throw new DataError(
      'fromLayersModel: two weights of the model have the same name; give its layers different names',
    );
  }
  return { variables, call: (inputs, options = {}) => model.apply(inputs, options) as Tensor };
}

/** Copies a model's variables to host arrays, by name. */
export async function readWeights({ variables }: Model): Promise<Record<string, NdArray>> {
  const entries = Object.entries(variables).map(async ([name, variable]) => [name, await toHost(variable)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Sets a model's variables from host arrays.
 *
 * @throws DataError when a variable has no array of its name
 * @throws ShapeError when an array has another shape than its variable; nothing is written then
 */
export function writeWeights({ variables }: Model, arrays: Readonly<Record<string, NdArray>>): void {
  for (const [name, { shape }] of Object.entries(variables)) {
    const array = arrays[name];
    if (!array)
      throw new DataError(`model weights: "${name}" is missing, got ${Object.keys(arrays).join(', ') || 'none'}`);
    if (array.shape.join() !== shape.join()) {
      throw new ShapeError(`model weights: "${name}" must be [${shape.join(', ')}], got [${array.shape.join(', ')}]`);
    }
  }
  tidy(() => {
    for (const [name, variable] of Object.entries(variables)) variable.assign(toTensor(arrays[name]!));
  });
}

/** A model's variables in the safetensors format. */
export async function toSafetensors(model: Model): Promise<Uint8Array> {
  return encodeSafetensors(await readWeights(model));
}

/**
 * Sets a model's variables from a safetensors file.
 *
 * @throws DataError for a corrupt file or a missing variable; ShapeError for another shape
 */
export function fromSafetensors(model: Model, bytes: Uint8Array): void {
  writeWeights(model, decodeSafetensors(bytes));
}
