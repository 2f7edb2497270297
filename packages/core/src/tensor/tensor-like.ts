import { type ArrayInput, type NdArray, ndarray, toNdArray } from '../ndarray.js';
import { Tensor, cast, tensor } from './ops.js';

/** What functions on tensors accept: tensors, host arrays, typed arrays, nested arrays. */
export type TensorLike = Tensor | ArrayInput;

/**
 * Converts to a tensor of the given type; a tensor of that type is returned as it is.
 *
 * @example
 * console.log(toTensor([[1, 2], [3, 4]]).shape); // [ 2, 2 ]
 */
export function toTensor(value: TensorLike, dtype: 'float32' | 'int32' | 'bool' = 'float32'): Tensor {
  if (value instanceof Tensor) return value.dtype === dtype ? value : cast(value, dtype);
  const { shape, data } = toNdArray(value);
  return tensor(hostData(data, dtype), [...shape], dtype);
}

/** Reads a tensor into a host array. */
export async function toHost(value: Tensor): Promise<NdArray> {
  const data = await value.data();
  return ndarray(
    data instanceof Float32Array || data instanceof Int32Array ? data : Float32Array.from(data),
    value.shape,
  );
}

const hostData = (data: NdArray['data'], dtype: 'float32' | 'int32' | 'bool') =>
  dtype === 'float32'
    ? data instanceof Float32Array
      ? data
      : Float32Array.from(data)
    : data instanceof Int32Array
      ? data
      : Int32Array.from(data);
