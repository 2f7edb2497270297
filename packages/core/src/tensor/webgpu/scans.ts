import { type Tensor, backend_util, reshape, tidy, transpose } from '@surprisal/kernels/tfjs';
import { register, runProgram } from './program.js';

/**
 * Sums and products along an axis. tfjs's own ask WGSL for a power of two, which drivers are free to give as 1.9999999; cut to a whole number
 * that leaves out terms.
 */
export function registerScans(): void {
  register('Cumsum', ({ x }, attributes) => scan('+', x!, attributes as ScanAttributes));
  register('Cumprod', ({ x }, attributes) => scan('*', x!, attributes as ScanAttributes));
}

interface ScanAttributes {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

type Operator = '+' | '*';

function scan(operator: Operator, x: Tensor, { axis, exclusive, reverse }: ScanAttributes): Tensor {
  const length = x.shape[axis]!;
  if (x.size === 0) return x.clone();
  return tidy(() => {
    const permutation = backend_util.getAxesPermutation([axis], x.rank);
    const last = permutation ? transpose(x, permutation) : x;
    let rows = reshape(last, [x.size / length, length]);
    if (exclusive) rows = shifted(operator, rows, reverse, 1, false);
    for (let step = 1; step < length; step *= 2) rows = shifted(operator, rows, reverse, step, true);
    const result = reshape(rows, last.shape);
    return permutation ? transpose(result, backend_util.getUndoAxesPermutation(permutation)) : result;
  });
}

const WORKGROUP = 128;
const neutral = { '+': 0, '*': 1 } as const;

/** What stands some steps before in the row (after, in reverse), alone or joined with what is there. */
function shifted(operator: Operator, rows: Tensor, reverse: boolean, step: number, joined: boolean): Tensor {
  const type = rows.dtype === 'float32' ? 'f32' : 'i32';
  const there = `index ${reverse ? '+' : '-'} step`;
  const inRow = reverse ? 'place + step < uniforms.aShape.y' : 'place >= step';
  return runProgram({
    name: `scan${operator}${type}${reverse}${joined}`,
    inputs: { A: rows },
    output: rows.shape,
    dtype: rows.dtype,
    workgroup: WORKGROUP,
    groups: Math.ceil(rows.size / WORKGROUP),
    parameters: { step },
    code: `fn main(index : i32) {
    if (index < uniforms.size) {
      let step = i32(uniforms.step);
      let place = index % uniforms.aShape.y;
      var value = ${joined ? 'A[index]' : `${type}(${neutral[operator]})`};
      if (${inRow}) { value ${joined ? `${operator}=` : '='} A[${there}]; }
      result[index] = value;
    }
  }`,
  });
}
