import { beforeAll, describe, expect, it } from 'vitest';
import { ndarray } from '../ndarray.js';
import { Random } from '../random.js';
import {
  type Tensor,
  add,
  exp,
  gradientsOf,
  hvp,
  jacobian,
  jvp,
  logSoftmax,
  matMul,
  memory,
  mul,
  perExampleGradients,
  square,
  sum,
  tanh,
  tidy,
  toTensor,
  useEngine,
} from './index.js';

const normals = (shape: number[], seed: number) =>
  toTensor(ndarray(new Random(seed).normals(shape.reduce((a, b) => a * b, 1)), shape));
const list = (x: Tensor) => Array.from(x.dataSync());
const near = (a: number[], b: number[]) =>
  a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThan(1e-4 * (1 + Math.abs(b[i]!))));

describe.each(['cpu', 'wasm'] as const)('products of derivatives on %s', (engine) => {
  beforeAll(async () => void (await useEngine(engine)));
  const net = (x: Tensor, w: Tensor) => logSoftmax(tanh(matMul(x, w)));

  it('agree with the Jacobian, row by row', () =>
    tidy(() => {
      const [x, w, v] = [normals([2, 3], 1), normals([3, 4], 2), normals([3, 4], 3)];
      const rows = jacobian((given) => net(x, given), w);
      expect(rows.shape).toEqual([2, 4, 3, 4]);
      near(list(jvp((given) => net(x, given!), [w], [v])), list(sum(mul(rows, v), [2, 3])));
      const f = (given: Tensor) => sum(mul(net(x, given), normals([2, 4], 4)));
      const hessian = jacobian((given) => gradientsOf((z) => f(z!), [given]).gradients[0]!, w);
      near(list(hvp((given) => f(given!), [w], [v])[0]!), list(sum(mul(hessian, v), [2, 3])));
    }));

  it('are 0 for what does not take part, and take variables', () => {
    const [w, unused] = [normals([2], 1).variable(), normals([2], 2).variable()];
    const before = memory().numTensors;
    tidy(() => {
      const [a, b] = hvp(() => sum(exp(w)), [w, unused], [normals([2], 3), normals([2], 4)]) as [Tensor, Tensor];
      near(list(a), list(mul(exp(w), normals([2], 3))));
      expect(list(b)).toEqual([0, 0]);
      const [x, y] = [normals([5, 2], 5), normals([5, 1], 6)];
      const loss = (x: Tensor, y: Tensor) => sum(square(add(matMul(x, w.reshape([2, 1])), y)));
      const { values, gradients } = perExampleGradients(loss as () => Tensor, { w, unused }, [x, y]);
      expect([values.shape, gradients['w']!.shape, gradients['unused']!.shape]).toEqual([[5], [5, 2], [5, 2]]);
      near(list(sum(gradients['w']!, 0)), list(gradientsOf(() => loss(x, y), [w]).gradients[0]!));
    });
    expect(memory().numTensors).toBe(before);
    w.dispose();
    unused.dispose();
  });

  it('leave nothing behind but the result', () => {
    const [x, v] = [normals([3], 1), normals([3], 2)];
    const before = memory().numTensors;
    for (let i = 0; i < 20; i++) {
      jvp((z) => exp(z!), [x], [v]).dispose();
      hvp((z) => sum(exp(z!)), [x], [v])[0]!.dispose();
      jacobian(exp, x).dispose();
    }
    expect(memory().numTensors).toBe(before);
    x.dispose();
    v.dispose();
  });
});
