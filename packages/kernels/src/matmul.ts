import { type TensorInfo, broadcast_util, util } from '#tfjs';
import type { Host } from './host.js';
import { type Inputs, type Kernel, runKernel } from './kernel.js';
import { LARGE, multiplyEach, multiplyOne } from './product.js';

interface Transposition {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** A stack of matrices, read as [rows, columns] each, and its strides in elements. */
class Matrices {
  readonly stack: number[];
  readonly rows: number;
  readonly columns: number;
  readonly row: number;
  readonly column: number;

  constructor(
    readonly address: number,
    { shape }: TensorInfo,
    readonly transposed: boolean,
  ) {
    const [height, width] = shape.slice(-2) as [number, number];
    this.stack = shape.slice(0, -2);
    [this.rows, this.columns] = transposed ? [width, height] : [height, width];
    [this.row, this.column] = transposed ? [1, width] : [width, 1];
  }

  /** Where the matrices lie that stand at each place of a stack that this one is broadcast to. */
  over(stack: readonly number[]): number[] {
    const own = [...new Array<number>(stack.length - this.stack.length).fill(1), ...this.stack];
    const places = stack.reduce<number[]>(
      (before, size, axis) =>
        before.flatMap((place) =>
          Array.from({ length: size }, (_, i) => place * own[axis]! + (own[axis] === 1 ? 0 : i)),
        ),
      [0],
    );
    return places.map((place) => this.address + place * this.rows * this.columns * 4);
  }
}

/** The products of two stacks of float32 matrices, each transposed or not; stacks of other sizes are broadcast. */
export const batchMatMul: Kernel = {
  name: 'BatchMatMul',
  run: (host, inputs, { transposeA, transposeB }: Transposition) =>
    multiply(host, inputs.a!, inputs.b!, transposeA, transposeB),
};

function multiply(host: Host, a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean): TensorInfo {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') {
    throw new Error(`matMul: a and b must be float32, got ${a.dtype} and ${b.dtype}; cast them first`);
  }
  const left = new Matrices(host.address(a), a, transposeA);
  const right = new Matrices(host.address(b), b, transposeB);
  util.assert(
    left.columns === right.rows,
    () =>
      `matMul: inner dimensions must be equal, got [${a.shape}]${transposeA ? ' transposed' : ''} and [${b.shape}]${transposeB ? ' transposed' : ''}`,
  );
  const stack = broadcast_util.assertAndGetBroadcastShape(left.stack, right.stack);
  const out = host.output([...stack, left.rows, right.columns]);
  multiplyStacks(host, left, right, stack, host.address(out));
  return out;
}

function multiplyStacks(host: Host, left: Matrices, right: Matrices, stack: readonly number[], out: number): void {
  const [k, n] = [left.columns, right.columns];
  const one = util.sizeFromShape(right.stack) === 1 && !left.transposed; // then all rows of the stack go in one product
  const m = one ? left.rows * util.sizeFromShape(left.stack) : left.rows;
  const [a, b] = one ? [[left.address], [right.address]] : [left.over(stack), right.over(stack)];
  const sizes = { m, n, k };
  if (a.length > 1 && m * n * k < LARGE) multiplyEach(host, left, right, a, b, sizes, out);
  else
    a.forEach((at, i) =>
      multiplyOne(host, { ...left, at }, { ...right, at: b[i]! }, sizes, { at: out + i * m * n * 4, row: n }),
    );
}

/** Activations that are computed as the bias is added. The others are kernels of their own. */
const inPlace = ['linear', 'relu', 'relu6', 'leakyrelu', 'prelu'] as const;
const kernels: Readonly<Record<string, string>> = { elu: 'Elu', sigmoid: 'Sigmoid' };

/** What tfjs says of the function that a layer ends with. */
export interface Activation {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

/** A layer: product, bias, activation. */
export const fusedMatMul: Kernel = {
  name: '_FusedMatMul',
  run(host, { a, b, bias, preluActivationWeights: slopes }, attributes: Transposition & Activation) {
    const product = multiply(host, a!, b!, attributes.transposeA, attributes.transposeB);
    return activate(host, product, attributes, { bias, slopes });
  },
};

/** The end of a layer, in the place of its product [..., units]. */
export function activate(host: Host, product: TensorInfo, attributes: Activation, given: Given): TensorInfo {
  const { activation, leakyreluAlpha = 0 } = attributes;
  const { bias, slopes } = given;
  const n = product.shape.at(-1)!;
  const rowwise = (x: TensorInfo | undefined) => !x || (util.sizeFromShape(x.shape) === n && x.shape.at(-1) === n);
  const code = inPlace.indexOf(activation as 'linear');
  if (!rowwise(bias) || !rowwise(slopes) || code < 0) return compose(host, product, attributes, given);
  const [biasAt, slopesAt] = [bias, slopes].map((x) => (x ? host.address(x) : 0)) as [number, number];
  const rows = n === 0 ? 0 : util.sizeFromShape(product.shape) / n;
  const grain = Math.ceil(65_536 / Math.max(n, 1));
  host.run('addBias', rows, grain, host.address(product), n, biasAt, code, slopesAt, leakyreluAlpha);
  return product;
}

interface Given {
  readonly bias: TensorInfo | undefined;
  readonly slopes: TensorInfo | undefined;
}

/** The general case: one kernel after the other, each freeing what it was given. */
function compose(
  host: Host,
  product: TensorInfo,
  { activation, leakyreluAlpha }: Activation,
  { bias, slopes }: Given,
): TensorInfo {
  const steps: [name: string, inputs: (x: TensorInfo) => Inputs, attributes?: object][] = [];
  if (bias) steps.push(['Add', (x) => ({ a: x, b: bias })]);
  if (activation === 'prelu') steps.push(['Prelu', (x) => ({ x, alpha: slopes! })]);
  else if (activation === 'leakyrelu') steps.push(['LeakyRelu', (x) => ({ x }), { alpha: leakyreluAlpha }]);
  else if (activation === 'relu' || activation === 'relu6') steps.push([`R${activation.slice(1)}`, (x) => ({ x })]);
  else if (kernels[activation]) steps.push([kernels[activation], (x) => ({ x })]);
  else if (activation !== 'linear') throw new Error(`fused layer: unknown activation ${activation}`);
  return steps.reduce((x, [name, inputs, attributes]) => {
    const next = runKernel(host, name, inputs(x), attributes);
    host.dispose(x);
    return next;
  }, product);
}
