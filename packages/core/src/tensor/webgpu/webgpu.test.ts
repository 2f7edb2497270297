import { all, any, argMin, env } from '@surprisal/kernels/tfjs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../errors.js';
import { ndarray } from '../../ndarray.js';
import { Random } from '../../random.js';
import {
  type CrossEntropyOptions,
  type EngineStatus,
  type LinearCrossEntropyOptions,
  type Tensor,
  add,
  argMax,
  cast,
  cos,
  cumprod,
  cumsum,
  currentEngine,
  dispose,
  elu,
  exp,
  expm1,
  gradientsOf,
  linearCrossEntropy,
  log,
  matMul,
  max,
  mean,
  memory,
  min,
  mul,
  oneHot,
  probeEngines,
  readsAtOnce,
  selu,
  sigmoid,
  sin,
  softmax,
  softmaxCrossEntropy,
  softplus,
  square,
  sum,
  tanh,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  toHost,
  toTensor,
  transpose,
  useEngine,
} from '../index.js';
import { runProgram } from './program.js';

const random = new Random(4);
const normals = (rows: number, columns: number, spread = 1) =>
  ndarray(
    random.normals(rows * columns).map((x) => spread * x),
    [rows, columns],
  );

/** Kernels on one engine, read: tensors are made and computed inside. */
async function on(engine: 'cpu' | 'webgpu', compute: () => Tensor[]): Promise<number[][]> {
  await useEngine(engine);
  const results = tidy(compute);
  const values = await Promise.all(results.map(async (result) => Array.from((await toHost(result)).data)));
  dispose(results);
  return values;
}

/** The same on webgpu as on cpu, within `relative` of what is largest in each result. */
async function expectSame(compute: () => Tensor[], relative = 2e-6) {
  const [got, wanted] = [await on('webgpu', compute), await on('cpu', compute)];
  wanted.forEach((values, i) => {
    const size = Math.max(1, ...values.filter(Number.isFinite).map(Math.abs));
    values.forEach((value, k) => {
      if (!Number.isFinite(value)) return expect(got[i]![k], `result ${i}, component ${k}`).toBe(value);
      expect(Math.abs(got[i]![k]! - value), `${got[i]![k]} for ${value}`).toBeLessThanOrEqual(relative * size);
    });
  });
}

let status: EngineStatus;
beforeAll(async () => {
  status = (await probeEngines()).find(({ name }) => name === 'webgpu')!;
});

describe('the webgpu engine', () => {
  it.skipIf(!process.env.VK_ICD_FILENAMES)('works wherever there is a driver, be it one in software', async () => {
    expect(status).toMatchObject({ works: true, version: expect.stringMatching(/^4\./) as string });
    expect(status.device!.length).toBeGreaterThan(3);
    expect(await useEngine('webgpu')).toBe('webgpu');
    expect(currentEngine()).toBe('webgpu');
    expect(readsAtOnce()).toBe(false);
    if (status.emulated) expect(await useEngine('auto')).not.toBe('webgpu');
  });
});

describe('on webgpu', () => {
  beforeEach(async ({ skip }) => {
    skip(!status.works, status.problem);
    await useEngine('webgpu');
    env().set('WEBGPU_CPU_FORWARD', false); // small tensors too are computed on the GPU
  });

  it('values that are still on the GPU are read with await, and an error says so', async () => {
    const x = exp(tensor1d([0]));
    expect(() => x.dataSync()).toThrow(DomainError);
    expect(() => x.dataSync()).toThrow(/^engine webgpu: .*; use await tensor\.data\(\), or another engine$/);
    expect((await x.data())[0]).toBe(1);
    expect(x.dataSync()[0]).toBe(1);
  });

  const elementary: Readonly<Record<string, [(x: Tensor) => Tensor, (x: number) => number]>> = {
    exp: [exp, Math.exp],
    expm1: [expm1, Math.expm1],
    log: [log, Math.log],
    log1p: [(x) => x.log1p(), Math.log1p],
    sigmoid: [sigmoid, (x) => 1 / (1 + Math.exp(-x))],
    tanh: [tanh, Math.tanh],
    softplus: [softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
    elu: [elu, (x) => (x >= 0 ? x : Math.expm1(x))],
    selu: [selu, (x) => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * Math.expm1(x))],
  };
  const special = [
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    1,
    -1,
    1e30,
    -1e30,
    1e-30,
    -1e-30,
    3.4e38,
    88.72,
    88.73,
    -87.3,
    -104,
  ];
  const sizes = Array.from({ length: 600 }, (_, i) => Math.exp((i - 300) / 5));
  const points = Float32Array.from([
    ...special,
    ...sizes,
    ...sizes.map((x) => -x),
    ...Array.from({ length: 2000 }, (_, i) => (i - 1000) / 37),
  ]);

  it.each(Object.entries(elementary))(
    '%s is within 3 units in the last place, and right at what is special',
    async (_, [f, exact]) => {
      const values = await f(tensor1d(points)).data();
      points.forEach((x, i) => {
        const expected = Math.fround(exact(x));
        if (!Number.isFinite(expected)) return expect(values[i], `at ${x}`).toBe(expected);
        const unit = Math.max(2 ** (Math.floor(Math.log2(Math.abs(expected))) - 23), 2 ** -126);
        expect(Math.abs(values[i]! - exact(x)), `at ${x}: ${values[i]} for ${expected}`).toBeLessThanOrEqual(3 * unit);
      });
    },
  );

  it('sines and cosines are within 3 units in the last place of 1', async () => {
    const angles = [...sizes, ...sizes.map((x) => -x), ...Array.from({ length: 4001 }, (_, i) => (i - 2000) * 1.37)];
    const points = angles.map(Math.fround).filter((x) => Math.abs(x) < 8192);
    for (const [f, exact] of [
      [sin, Math.sin],
      [cos, Math.cos],
    ] as const) {
      // prettier-ignore
      const values = await f(tensor1d(points)).data();
      points.forEach((x, i) => expect(Math.abs(values[i]! - exact(x)), `at ${x}`).toBeLessThanOrEqual(3 * 2 ** -23));
      expect(await f(tensor1d([NaN, Infinity, -Infinity])).data()).toEqual(Float32Array.of(NaN, NaN, NaN));
    }
  });

  it('sums and products along an axis leave nothing out, in whole numbers too', async () => {
    const directions = [[false, false], [true, false], [false, true], [true, true]] as const; // prettier-ignore
    for (const dtype of ['int32', 'float32'] as const) {
      const signs = () =>
        tensor(
          Array.from({ length: 630 }, (_, i) => ((i * i) % 7 < 3 ? 1 : -1)),
          [3, 70, 3],
          dtype,
        );
      await expectSame(
        () => directions.flatMap(([exclusive, reverse]) => [0, 1, 2].flatMap((axis) => [cumsum(signs(), axis, exclusive, reverse), cumprod(signs(), axis, exclusive, reverse)])), // prettier-ignore
        0,
      );
    }
  });

  it('there may be more groups of invocations than stand in a line', async () => {
    const size = 65_535 * 128 + 1;
    const values = await exp(toTensor(ndarray(new Float32Array(size).fill(1), [size]))).data();
    expect([values[0], values[size - 2], values[size - 1]]).toEqual(Array(3).fill(Math.fround(Math.E)));
    const probabilities = await softmax(toTensor(ndarray(new Float32Array(2 * 65_537), [65_537, 2]))).data();
    expect(probabilities.every((p) => p === 0.5)).toBe(true);
  });

  it('whole numbers are what they are: cast, transposed, reduced over any axis', async () => {
    for (const dtype of ['int32', 'bool'] as const) {
      const whole = (shape: number[], from = 0) => {
        const size = shape.reduce((a, b) => a * b);
        const values = Array.from({ length: size }, (_, i) => (dtype === 'bool' ? (7 * i) % 3 % 2 : from + ((7 * i) % 24))); // prettier-ignore
        return tensor(values, shape, dtype);
      };
      await expectSame(() => [
        ...[[0, 1, 2], [2, 0, 1], [1, 0, 2]].map((perm) => transpose(whole([2, 3, 4], 2 ** 24 + 1), perm)), // prettier-ignore
        transpose(whole([3, 5])),
        transpose(whole([2, 3, 1, 2, 2]), [3, 1, 4, 0, 2]),
        transpose(cast(whole([2, 3, 4]), 'float32'), [0, 2, 1]),
        matMul(cast(oneHot(tensor1d([1, 0], 'int32'), 3), 'float32'), cast(whole([3, 2]), 'float32')),
        argMax(whole([2, 3, 4]), 0),
        argMin(whole([2, 3, 4]), 1),
        sum(whole([2, 3, 4]), 0, true),
      ], 0); // prettier-ignore
      for (const axis of [0, 1, -2, [0, 1], [0, 2], undefined]) {
        await expectSame(() => [sum, mean, max, min].map((reduce) => reduce(whole([2, 3, 4]), axis)), 1e-7);
      }
      if (dtype === 'bool') await expectSame(() => [all(whole([2, 3, 4]), 1), any(whole([2, 3, 4]), [0, 1])], 0);
    }
  });

  it('one-hot labels, made of whole numbers, are dense labels', async () => {
    const logits = normals(3, 5);
    await expectSame(() => [
      softmaxCrossEntropy(toTensor(logits), cast(oneHot(tensor1d([1, 4, 0], 'int32'), 5), 'float32')),
    ]);
  });

  it('a program that the GPU refuses is an error where its values are read', async () => {
    const refused = runProgram({
      name: 'refused',
      inputs: { A: tensor1d([1]) },
      output: [1],
      workgroup: 1,
      groups: 1,
      code: 'fn main(index : i32) { result[index] = nonsense; }',
    });
    await expect(refused.data()).rejects.toThrow(/^engine webgpu: the GPU refused a program: .*nonsense/);
    expect(await exp(tensor1d([0])).data()).toEqual(Float32Array.of(1));
  });

  it('softmax is that of the cpu, for any shape, and keeps NaN', async () => {
    for (const [rows, classes] of [
      [1, 1],
      [3, 7],
      [5, 700],
    ] as const) {
      const logits = normals(rows, classes, 5);
      await expectSame(() => [softmax(toTensor(logits)), softmax(toTensor({ ...logits, shape: [1, rows, classes] }))]);
    }
    await expectSame(() => [softmax(tensor2d([[1e30, -1e30, 0], [1, -Infinity, 2], [1, NaN, 2]]))]); // prettier-ignore
  });

  const options: CrossEntropyOptions[] = [
    {},
    ...[0, 0.5, 1.5, 2].map((tau) => ({ tau })),
    { labelSmoothing: 0.1 },
    { tau: 1.5, labelSmoothing: 0.2, zLoss: 0.01 },
    { zLoss: 0.01 },
  ];
  it.each(options)('softmax cross-entropy and its gradients are those of the composed form: %o', async (given) => {
    for (const [rows, classes] of [
      [1, 1],
      [3, 5],
      [2, 70],
      [2, 1030],
    ] as const) {
      const logits = normals(rows, classes, 2);
      if (classes > 5) logits.data[3] = -Infinity;
      const scores = normals(rows, classes);
      const sparse = Array.from({ length: rows }, (_, i) => (7 * i) % classes);
      await expectSame(() => {
        const soft = softmax(toTensor(scores));
        const labels = tensor1d(sparse, 'int32');
        const weighted = (losses: Tensor) => sum(mul(losses, tensor1d(sparse.map((_, i) => i + 0.5))));
        const bySparse = gradientsOf((x) => weighted(softmaxCrossEntropy(x!, labels, given)), [toTensor(logits)]);
        const dense = mul(soft, toTensor({ shape: logits.shape, data: logits.data.map((x) => Number(x > -Infinity)) }));
        const byDense = gradientsOf((x, q) => weighted(softmaxCrossEntropy(x!, q!, given)), [toTensor(logits), dense]);
        return [
          softmaxCrossEntropy(toTensor(logits), labels, given),
          softmaxCrossEntropy(toTensor(logits), dense, given),
          ...bySparse.gradients,
          byDense.gradients[0]!,
        ];
      }, 1e-5);
    }
  });

  it('softmax cross-entropy takes what is extreme, no rows, labels that are none', async () => {
    const rows = [[1e30, -1e30, 0], [0, -Infinity, 3], [0, 0, 1e30], [0, NaN, 0], [0, Infinity, 0], [-Infinity, -Infinity, -Infinity]]; // prettier-ignore
    for (const tau of [0, 0.5, 1, 2]) {
      await expectSame(() => [
        softmaxCrossEntropy(tensor2d(rows), tensor1d([0, 1, 0, 0, 1, 2], 'int32'), { tau }),
        softmaxCrossEntropy(tensor2d([[0, 0]]), tensor1d([5], 'int32'), { tau }),
        softmaxCrossEntropy(tensor2d([], [0, 3]), tensor1d([], 'int32'), { tau }),
        ...gradientsOf(
          (x) => sum(softmaxCrossEntropy(x!, tensor1d([0, 1, 0], 'int32'), { tau })),
          [tensor2d(rows.slice(0, 3))],
        ).gradients,
      ]);
    }
  });

  it('softmax cross-entropy can be differentiated twice', async () => {
    await expectSame(() => {
      const slope = (at: Tensor) =>
        sum(square(gradientsOf((x) => sum(softmaxCrossEntropy(x!, tensor1d([1], 'int32'))), [at]).gradients[0]!));
      return gradientsOf((at) => slope(at!), [tensor2d([[1, -0.5, 0.25]])]).gradients;
    }, 1e-5);
  });

  const linearOptions: Omit<LinearCrossEntropyOptions, 'bias'>[] = [{}, { labelSmoothing: 0.1 }, { zLoss: 0.01 }];
  it.each(linearOptions)('linear cross-entropy and its gradients are those of the composed form: %o', async (given) => {
    for (const [rows, features, classes] of [
      [0, 3, 5],
      [1, 1, 1],
      [3, 17, 5],
      [33, 20, 70],
      [2, 3, 2100],
    ] as const) {
      const [x, w] = [normals(rows, features), normals(features, classes)];
      const b = ndarray(random.normals(classes), [classes]);
      if (classes > 5) b.data[4] = -Infinity; // masked
      const labels = Array.from({ length: rows }, (_, i) => (i === 2 ? classes : (7 * i) % Math.min(classes, 4)));
      await expectSame(() => {
        const loss = (x: Tensor, w: Tensor, bias: Tensor) =>
          linearCrossEntropy(x, w, tensor1d(labels, 'int32'), { ...given, bias });
        const { gradients } = gradientsOf(
          (x, w, b) => sum(mul(loss(x!, w!, b!), tensor1d(labels.map((_, i) => 1 + i / rows)))),
          [toTensor(x), toTensor(w), toTensor(b)],
        );
        return [loss(toTensor(x), toTensor(w), toTensor(b)), ...gradients];
      }, 1e-5);
    }
  });

  it('the gradient of linear cross-entropy is put together of blocks of classes', async () => {
    const [x, w] = [normals(530, 2), normals(2, 2000)]; // 1.06 million logits, in blocks of a million
    const labels = Array.from({ length: 530 }, (_, i) => (37 * i) % 2000);
    await expectSame(() => {
      const loss = (x: Tensor, w: Tensor) => sum(linearCrossEntropy(x, w, tensor1d(labels, 'int32')));
      return gradientsOf((x, w) => loss(x!, w!), [toTensor(x), toTensor(w)]).gradients;
    }, 1e-5);
  });

  it('no kernel leaves tensors or buffers behind', async () => {
    const [x, labels] = [toTensor(normals(4, 6)), tensor1d([0, 1, 2, 3], 'int32')];
    const w = toTensor(normals(6, 6));
    const step = () =>
      tidy(() => {
        gradientsOf((a) => sum(softmaxCrossEntropy(a!, labels, { tau: 1.5 })), [x]);
        gradientsOf((a, b) => sum(linearCrossEntropy(a!, b!, labels)), [x, w]);
        return sum(add(softmax(x), tanh(x)));
      });
    await step().data();
    const before = memory() as unknown as Record<'numTensors' | 'numDataBuffers' | 'numBytes', number>;
    for (let i = 0; i < 20; i++) {
      const result = step();
      await result.data();
      result.dispose();
    }
    const after = memory() as unknown as typeof before;
    expect([after.numTensors, after.numDataBuffers, after.numBytes]).toEqual([
      before.numTensors,
      before.numDataBuffers,
      before.numBytes,
    ]);
  });
});
