import { broadcastTo, clone, mul, registerGradient, reshape, sum, einsum as tfEinsum } from '@surprisal/kernels/tfjs';
import type { Tensor } from './ops.js';

/**
 * The sum of products that an equation names after Einstein's convention, of one operand or two: `'ij,jk->ik'` is the matrix
 * product, `'ij->j'` the sum over rows, `'bqd,bkd->bqk'` the scores of attention. No label stands twice in an operand.
 *
 * tfjs's own hands an operand on where nothing is to be done, so that its gradient counts twice, fails on its cpu backend for a
 * label that stands in one operand alone, and has no gradient.
 *
 * @example
 * console.log(einsum('ij,j->i', tensor([[1, 2], [3, 4]]), tensor1d([1, 10])).dataSync().join()); // 21,43
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  const { labels, output } = parse(equation);
  if (labels.length === 1) return contract(labels[0]!, output, operands[0]!);
  if (labels.length !== 2 || operands.length !== 2) return tfEinsum(equation, ...operands); // says what is wrong
  const [first, second] = labels as [string, string];
  const [a, b] = [only(first, second + output), only(second, first + output)];
  const [x, y] = [contract(first, a, operands[0]!), contract(second, b, operands[1]!)];
  if (a === '') return mul(x, contract(b, output, y));
  if (b === '') return mul(contract(a, output, x), y);
  return tfEinsum(`${a},${b}->${output}`, x, y);
}

const parse = (equation: string) => {
  const [left, output] = equation.replace(/\s/g, '').split('->') as [string, string];
  return { labels: left.split(','), output };
};

const only = (labels: string, among: string) => [...labels].filter((label) => among.includes(label)).join('');

/** One operand, summed over what the output has not, in the output's order. */
function contract(from: string, to: string, x: Tensor): Tensor {
  if (from === to) return clone(x);
  return to === '' ? sum(x) : tfEinsum(`${from}->${to}`, x);
}

// The gradient of an operand is the output's with the other operand, summed over what is not the operand's, and repeated along
// what was summed over in the operand alone.
registerGradient({
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc(dy, operands, attributes) {
    const { labels, output } = parse((attributes as unknown as { equation: string }).equation);
    const gradientOf = (k: number) => {
      const [own, other, operand] = [labels[k]!, labels[1 - k], operands[1 - k]];
      const kept = only(own, output + (other ?? ''));
      const equation = other === undefined ? `${output}->${kept}` : `${output},${other}->${kept}`;
      const gradient = einsum(equation, ...([dy, operand].filter(Boolean) as Tensor[]));
      const shape = operands[k]!.shape;
      const ones = shape.map((size, i) => (kept.includes(own[i]!) ? size : 1));
      return broadcastTo(reshape(gradient, ones), shape);
    };
    return Object.fromEntries(labels.map((_, k) => [k, () => gradientOf(k)]));
  },
});
