import { type TensorInfo, backend_util, util } from '#tfjs';
import type { Host } from './host.js';
import { type Inputs, type Kernel, runKernel } from './kernel.js';

/** A tensor whose axes have labels, one letter each. */
interface Labelled {
  readonly x: TensorInfo;
  readonly labels: string;
}

/** Sums of products after Einstein's convention, as tfjs's cpu backend takes them: one or two operands, `ij,jk->ik`. */
export const einsum: Kernel = {
  name: 'Einsum',
  run(host, inputs, { equation }: { readonly equation: string }) {
    const operands = Object.values(inputs);
    const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, operands.length);
    backend_util.checkEinsumDimSizes(allDims.length, idDims, operands as never);
    const output = equation.replace(/\s/g, '').split('->')[1]!;
    const steps = new Steps(host);
    try {
      const labelled = operands.map((x, k) => ({ x, labels: idDims[k]!.map((i) => allDims[i]).join('') }));
      const [a, b] = labelled.map((operand, k) => steps.sumAlone(operand, output + (labelled[1 - k]?.labels ?? '')));
      const result = steps.arrange(b ? steps.product(a!, b, output) : a!, output);
      return host.view(result.x, result.x.shape); // the steps are disposed of, this one is not
    } finally {
      steps.dispose();
    }
  },
};

/** Kernels run one after the other, with what they leave behind. */
class Steps {
  private readonly made: TensorInfo[] = [];

  constructor(private readonly host: Host) {}

  dispose(): void {
    for (const x of this.made) this.host.dispose(x);
  }

  private keep(x: TensorInfo): TensorInfo {
    this.made.push(x);
    return x;
  }

  private run(name: string, inputs: Inputs, attributes: object = {}): TensorInfo {
    return this.keep(runKernel(this.host, name, inputs, attributes));
  }

  private reshape(x: TensorInfo, shape: number[]): TensorInfo {
    return this.keep(this.host.view(x, shape));
  }

  /** Summed over the axes that stand nowhere else. */
  sumAlone({ x, labels }: Labelled, elsewhere: string): Labelled {
    const axis = [...labels].flatMap((label, i) => (elsewhere.includes(label) ? [] : [i]));
    if (axis.length === 0) return { x, labels };
    return { x: this.run('Sum', { x }, { axis, keepDims: false }), labels: only(labels, elsewhere) };
  }

  /** With the axes in another order. */
  arrange({ x, labels }: Labelled, to: string): Labelled {
    if (labels === to) return { x, labels };
    return { x: this.run('Transpose', { x }, { perm: [...to].map((label) => labels.indexOf(label)) }), labels: to };
  }

  /** The product of two, summed over what both have and the output has not. */
  product(a: Labelled, b: Labelled, output: string): Labelled {
    const [shared, left, right] = [only(a.labels, b.labels), without(a.labels, b.labels), without(b.labels, a.labels)];
    const [stack, inner] = [only(shared, output), without(shared, output)];
    if (a.x.dtype === 'float32' && b.x.dtype === 'float32' && !(inner === '' && (left === '' || right === ''))) {
      return this.matMul(a, b, { stack, left, right, inner });
    }
    const [x, y] = [
      this.spread(a, stack, left, '', inner, right.length),
      this.spread(b, stack, '', right, inner, left.length),
    ];
    const products = this.run('Multiply', { a: x, b: y });
    const labels = stack + left + right + inner;
    return this.sumAlone({ x: products, labels }, output);
  }

  /** As stacks of matrices; a side that lies transposed is left so. */
  private matMul(
    a: Labelled,
    b: Labelled,
    { stack, left, right, inner }: Record<'stack' | 'left' | 'right' | 'inner', string>,
  ) {
    const sizes = (labels: string) => [...labels].map((label) => sizeOf(label, a, b));
    const volume = (labels: string) => util.sizeFromShape(sizes(labels));
    const side = (operand: Labelled, plain: string[], turned: string[]) => {
      const transposed = operand.labels === turned.join('') && operand.labels !== plain.join('');
      const order = transposed ? turned : plain;
      return { transposed, x: this.reshape(this.arrange(operand, order.join('')).x, order.map(volume)) };
    };
    const [x, y] = [
      side(a, [stack, left, inner], [stack, inner, left]),
      side(b, [stack, inner, right], [stack, right, inner]),
    ];
    const product = this.run('BatchMatMul', { a: x.x, b: y.x }, { transposeA: x.transposed, transposeB: y.transposed });
    return { x: this.reshape(product, sizes(stack + left + right)), labels: stack + left + right };
  }

  /** With axes of size 1 where the other operand has axes of its own: [stack, left, right, inner]. */
  private spread(
    operand: Labelled,
    stack: string,
    left: string,
    right: string,
    inner: string,
    missing: number,
  ): TensorInfo {
    const labels = stack + left + right + inner;
    const { x } = this.arrange(operand, labels);
    const at = stack.length + (right === '' ? left.length : 0);
    return this.reshape(x, [
      ...x.shape.slice(0, at),
      ...Array.from({ length: missing }, () => 1),
      ...x.shape.slice(at),
    ]);
  }
}

const only = (labels: string, among: string) => [...labels].filter((label) => among.includes(label)).join('');
const without = (labels: string, those: string) => [...labels].filter((label) => !those.includes(label)).join('');

const sizeOf = (label: string, ...operands: Labelled[]): number => {
  const { x, labels } = operands.find((operand) => operand.labels.includes(label))!;
  return x.shape[labels.indexOf(label)]!;
};
