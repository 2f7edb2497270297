import { type Tensor, backend_util, cast, reshape, util, zeros } from '@surprisal/kernels/tfjs';
import { register, registered, runProgram } from './program.js';

/**
 * Mends what tfjs's webgpu kernels do with whole numbers. Its `Cast` from int32 to float32 changes the name of the type and not what the
 * buffer holds, and its `Transpose`, which reductions over outer axes use as well, has WGSL that is refused for buffers of whole numbers.
 */
export function registerIntegers(): void {
  const cast = registered('Cast');
  register('Cast', (inputs, attributes) =>
    isWhole(inputs.x!) && attributes.dtype === 'float32' ? floats(inputs.x!) : cast(inputs, attributes),
  );
  const transpose = registered('Transpose');
  register('Transpose', (inputs, attributes) =>
    isWhole(inputs.x!) ? transposed(inputs.x!, attributes.perm as number[]) : transpose(inputs, attributes),
  );
  for (const name of ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'All', 'Any', 'ArgMax', 'ArgMin']) overOuterAxes(name);
}

const isWhole = ({ dtype }: Tensor) => dtype === 'int32' || dtype === 'bool';

const WORKGROUP = 128;

/** One invocation for each number of the output. */
const each = (x: Tensor, output: readonly number[], dtype: 'float32' | 'int32' | 'bool', name: string, value: string) =>
  runProgram({
    name,
    inputs: { A: x },
    output,
    dtype,
    workgroup: WORKGROUP,
    groups: Math.ceil(x.size / WORKGROUP),
    code: `fn main(index : i32) { if (index < uniforms.size) { result[index] = ${value}; } }`,
  });

const floats = (x: Tensor): Tensor =>
  reshape(each(reshape(x, [-1]), [x.size], 'float32', 'castToFloat', 'f32(A[index])'), x.shape);

/** The axes of a vector in WGSL, up to six. */
const AXES = ['x', 'y', 'z', 'w', 'u', 'v'];

function transposed(x: Tensor, perm: readonly number[]): Tensor {
  if (x.rank < 2) return x.clone();
  const output = perm.map((axis) => x.shape[axis]!);
  const from = perm.map((_, axis) => `to.${AXES[perm.indexOf(axis)]}`);
  const vector = x.rank > 4 ? `vec${x.rank}` : `vec${x.rank}<i32>`;
  const place = `getIndexFromCoords${x.rank}D(${vector}(${from.join(', ')}), uniforms.aShape)`;
  const value = `A[${place}]`.replaceAll('to.', 'getCoordsFromIndex(index).');
  return each(x, output, x.dtype as 'int32' | 'bool', `transpose${perm.join('')}`, value);
}

/** A reduction, which tfjs computes in float32 whatever the type, gets float32 where it would have to transpose. */
function overOuterAxes(name: string): void {
  const reduce = registered(name);
  register(name, (inputs, attributes) => {
    const x = inputs.x!;
    const axes = util.parseAxisParam((attributes.axis ?? attributes.reductionIndices) as number[], x.shape);
    if (name === 'Sum' && x.size === 0) return emptySum(x, axes, attributes.keepDims as boolean);
    if (!isWhole(x) || backend_util.getAxesPermutation(axes, x.rank) === null) return reduce(inputs, attributes);
    const result = reduce({ x: cast(x, 'float32') }, attributes) as Tensor;
    if (name === 'Mean' || name.startsWith('Arg')) return result;
    return cast(result, name === 'Sum' || name === 'Prod' ? 'int32' : x.dtype);
  });
}

/** A sum of nothing is 0. tfjs's programs have no buffer for nothing. */
function emptySum({ shape, dtype }: Tensor, axes: number[], keepDims: boolean): Tensor {
  const [left] = backend_util.computeOutAndReduceShapes(shape, axes);
  return zeros(keepDims ? backend_util.expandShapeToKeepDim(left, axes) : left, dtype === 'bool' ? 'int32' : dtype);
}
