import { engine, getKernel, io, unregisterKernel, registerKernel } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../errors.js';
import { ndarray } from '../ndarray.js';
import { Random } from '../random.js';
import {
  type AdjustableOptimizer,
  type LayersModel,
  type Optimizer,
  type Scalar,
  type Tensor4D,
  type Variable,
  adam,
  adamW,
  add,
  clipByGlobalNorm,
  clone,
  conv2d,
  layers,
  loadLayersModel,
  memory,
  mul,
  reshape,
  sequential,
  sgd,
  sin,
  square,
  sum,
  tensor1d,
  tidy,
  toTensor,
  train,
  useEngine,
  zeros,
} from './index.js';

const normals = (shape: number[], seed: number) =>
  toTensor(ndarray(new Random(seed).normals(shape.reduce((a, b) => a * b, 1)), shape));

/** Variables of which one is longer than a vector and not a multiple of it. */
const start = () => tidy(() => [normals([3, 7], 1).variable(), normals([2], 2).variable(), zeros([0]).variable()]);
const cost = (variables: readonly Variable[]) => () =>
  variables.map((w, k) => sum(add(mul(square(w), k + 0.5), sin(w)))).reduce((a, b) => add(a, b)) as Scalar;

/** Costs of a convolution whose filters are trained. */
function convolved(optimizer: Optimizer): number[] {
  const w = tidy(() => normals([3, 3, 2, 2], 3).variable());
  const images = normals([1, 4, 4, 2], 4) as Tensor4D;
  const costs = Array.from({ length: 4 }, () => {
    const value = optimizer.minimize(() => sum(square(conv2d(images, w as unknown as Tensor4D, 1, 'same'))), true, [
      w,
    ])!;
    return value.dataSync()[0]!;
  });
  [optimizer, w, images].forEach((owner) => owner.dispose());
  return costs;
}

/** Where a few steps lead. */
function path(optimizer: Optimizer, steps = 12): number[] {
  const variables = start();
  for (let i = 0; i < steps; i++) optimizer.minimize(cost(variables), false, variables);
  const end = variables.flatMap((w) => Array.from(w.dataSync()));
  [optimizer, ...variables].forEach((owner) => owner.dispose());
  return end;
}
const near = (a: readonly number[], b: readonly number[], bound = 2e-6) => {
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThan(bound * (1 + Math.abs(b[i]!))));
};

/** Each rule in float64, for one number. */
interface Rule {
  readonly make: () => AdjustableOptimizer;
  readonly step: (w: number, g: number, state: number[], t: number) => number;
}

function adamStep(w: number, g: number, state: number[], t: number, [rate, decay]: [number, number]): number {
  const [m = 0, v = 0] = state;
  state[0] = 0.8 * m + 0.2 * g;
  state[1] = 0.95 * v + 0.05 * g * g;
  return (1 - rate * decay) * w - (rate * state[0] / (1 - 0.8 ** t)) / (Math.sqrt(state[1] / (1 - 0.95 ** t)) + 1e-6); // prettier-ignore
}

const betas = { beta1: 0.8, beta2: 0.95, epsilon: 1e-6 };
const rules: Record<string, Rule> = {
  adam: {
    make: () => adam({ learningRate: 0.1, ...betas }),
    step: (w, g, state, t) => adamStep(w, g, state, t, [0.1, 0]),
  },
  adamW: {
    make: () => adamW({ learningRate: 0.1, weightDecay: 0.3, ...betas }),
    step: (w, g, state, t) => adamStep(w, g, state, t, [0.1, 0.3]),
  },
  sgd: { make: () => sgd({ learningRate: 0.1 }), step: (w, g) => w - 0.1 * g },
  'sgd with momentum and decay': {
    make: () => sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.2 }),
    step: (w, g, state) => 0.99 * w - 0.05 * (state[0] = 0.9 * (state[0] ?? 0) + g),
  },
  'sgd with Nesterov momentum': {
    make: () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
    step: (w, g, state) => w - 0.05 * (g + 0.9 * (state[0] = 0.9 * (state[0] ?? 0) + g)),
  },
};

const pairs: [string, () => Optimizer, () => Optimizer][] = [
  ['adam', () => adam(), () => train.adam(0.001)],
  ['adam with options', () => adam({ learningRate: 0.1, ...betas }), () => train.adam(0.1, 0.8, 0.95, 1e-6)],
  ['sgd', () => sgd({ learningRate: 0.05 }), () => train.sgd(0.05)],
  ['momentum', () => sgd({ learningRate: 0.05, momentum: 0.9 }), () => train.momentum(0.05, 0.9)],
  ['nesterov', () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }), () => train.momentum(0.05, 0.9, true)],
];

describe.each(['cpu', 'wasm'] as const)('optimisers on %s', (backend) => {
  beforeAll(async () => void (await useEngine(backend)));

  it.each(Object.entries(rules))('%s follows its formula in float64', (_, { make, step }) => {
    const weights = start().map((variable) => Array.from(variable.dataSync()));
    const expected = weights.flatMap((values, k) =>
      values.map((value) => {
        const state: number[] = [];
        let w = value;
        for (let t = 1; t <= 12; t++) w = step(w, 2 * (k + 0.5) * w + Math.cos(w), state, t);
        return w;
      }),
    );
    near(path(make()), expected, 1e-5);
  });

  it.each(pairs)('%s goes where that of tfjs goes', (_, ours, theirs) => near(path(ours()), path(theirs()), 1e-5));

  it.each(pairs)('%s trains filters of convolutions as that of tfjs does', (_, ours, theirs) =>
    near(convolved(ours()), convolved(theirs()), 1e-4),
  );

  it.each(Object.entries(rules))('%s: the kernel and the composed form agree', (_, { make }) => {
    const kernels = ['SurprisalAdam', 'SurprisalSgd'].flatMap((name) => getKernel(name, backend) ?? []);
    expect(kernels.length).toBe(backend === 'wasm' ? 2 : 0);
    const fused = path(make());
    kernels.forEach(({ kernelName }) => unregisterKernel(kernelName, backend));
    const composed = path(make());
    kernels.forEach((kernel) => registerKernel(kernel));
    near(fused, composed);
  });

  it.each(Object.entries(rules))('%s goes on from its weights, which may be disposed of', async (_, { make }) => {
    const [whole, variables] = [path(make(), 8), start()];
    const [first, second] = [make(), make()];
    for (let i = 0; i < 5; i++) first.minimize(cost(variables), false, variables);
    const weights = await first.getWeights();
    expect(weights[0]!.name).toBe('iter');
    await second.setWeights(weights);
    weights[0]!.tensor.dispose();
    first.dispose();
    for (let i = 0; i < 3; i++) second.minimize(cost(variables), false, variables);
    expect(variables.flatMap((w) => Array.from(w.dataSync()))).toEqual(whole);
    [second, ...variables].forEach((owner) => owner.dispose());
  });

  it('take the state of those of tfjs', async () => {
    const [variables, copies] = [start(), start()];
    const [theirs, ours] = [train.adam(0.1), adam({ learningRate: 0.1 })];
    for (let i = 0; i < 4; i++) theirs.minimize(cost(variables), false, variables);
    copies.forEach((copy, k) => copy.assign(variables[k]!));
    await ours.setWeights(await theirs.getWeights());
    theirs.minimize(cost(variables), false, variables);
    ours.minimize(cost(copies), false, copies);
    near(...(([variables, copies] as const).map((list) => list.flatMap((w) => [...w.dataSync()])) as [number[], number[]]), 1e-5); // prettier-ignore
  });

  it('leave tensors alone that share memory with a variable', () => {
    const w = tensor1d([1, 2]).variable();
    const others = [clone(w), reshape(w, [2, 1])];
    sgd({ learningRate: 0.5 }).minimize(() => sum(square(w)) as Scalar, false, [w]);
    expect(Array.from(w.dataSync())).toEqual([0, 0]);
    for (const other of others) expect(Array.from(other.dataSync())).toEqual([1, 2]);
  });

  it('skip a variable without a gradient, and take rates anew', () => {
    const [w, unused] = [tensor1d([8]).variable(), tensor1d([5]).variable()];
    const optimizer = sgd({ learningRate: 0.25 });
    optimizer.applyGradients([
      { name: unused.name, tensor: null as never },
      { name: w.name, tensor: mul(w, 2) },
    ]);
    optimizer.learningRate = 0.5;
    optimizer.applyGradients({ [w.name]: mul(w, 2) });
    expect([w.dataSync()[0], unused.dataSync()[0], optimizer.iterations]).toEqual([0, 5, 2]);
  });

  it('leave no tensors, and no memory grows', () => {
    const before = memory().numTensors;
    path(adamW());
    path(sgd({ momentum: 0.9 }));
    expect(memory().numTensors).toBe(before);
    const variables = start();
    const optimizer = adam();
    optimizer.minimize(cost(variables), false, variables);
    const { wasm } = engine().backend as unknown as { wasm?: { HEAPU8: Uint8Array } };
    const [tensors, bytes, heap] = [memory().numTensors, memory().numBytes, wasm?.HEAPU8.length];
    for (let i = 0; i < 200; i++) optimizer.minimize(cost(variables), false, variables);
    expect([memory().numTensors, memory().numBytes, wasm?.HEAPU8.length]).toEqual([tensors, bytes, heap]);
    [optimizer, ...variables].forEach((owner) => owner.dispose());
  });

  const model = (optimizer: Optimizer | string): LayersModel => {
    const made = sequential({ layers: [layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })] });
    made.compile({ optimizer, loss: 'meanSquaredError' });
    return made;
  };
  const fit = async (made: LayersModel) => {
    const [x, y] = [normals([40, 2], 3), normals([40, 1], 4)];
    const { history } = await made.fit(x, y, { epochs: 3, batchSize: 8, shuffle: false });
    return history['loss'] as number[];
  };

  it('train layers models, which keep them when they are saved', async () => {
    const made = model(adam({ learningRate: 0.01 }));
    near(await fit(made), await fit(model(train.adam(0.01))), 1e-5);
    const saved: io.ModelArtifacts[] = [];
    await made.save(io.withSaveHandler(async (artifacts) => (saved.push(artifacts), { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } })), { includeOptimizer: true }); // prettier-ignore
    const loaded = await loadLayersModel(io.fromMemory(saved[0]!));
    expect(loaded.optimizer.getConfig()).toEqual(made.optimizer.getConfig());
    expect(loaded.optimizer.iterations).toBe(15);
    expect(await fit(loaded)).toEqual(await fit(made));
  });
});

describe('options', () => {
  it.each([
    [() => adam({ learningRate: -1 }), 'adam: learningRate must be at least 0, got -1'],
    [() => adam({ beta1: 1 }), 'adam: beta1 must be in [0, 1), got 1'],
    [() => adam({ epsilon: 0 }), 'adam: epsilon must be greater than 0, got 0'],
    [() => adamW({ weightDecay: NaN }), 'adam: weightDecay must be at least 0, got NaN'],
    [() => sgd({ momentum: 2 }), 'sgd: momentum must be in [0, 1), got 2'],
  ])('out of range are refused', (make, message) => expect(make).toThrow(new DomainError(message)));
});

describe.each(['cpu', 'wasm'] as const)('clipByGlobalNorm on %s', (backend) => {
  beforeAll(async () => void (await useEngine(backend)));
  const clipped = (gradients: Record<string, number[]>, maxNorm: number) =>
    tidy(() => {
      const given = Object.fromEntries(Object.entries(gradients).map(([name, values]) => [name, tensor1d(values)]));
      return Object.values(clipByGlobalNorm(given, maxNorm)).map((gradient) => Array.from(gradient.dataSync()));
    });

  it('shortens all together, along where they point, and leaves what is short as it is', () => {
    const random = new Random(5);
    const gradients = { a: Array.from(random.normals(7)), b: Array.from(random.normals(3)), c: [] };
    const all = Object.values(gradients).flat();
    const norm = Math.hypot(...all);
    near(clipped(gradients, norm / 3).flat(), all.map((value) => value / 3)); // prettier-ignore
    expect(clipped(gradients, 2 * norm).flat()).toEqual(all.map(Math.fround));
  });

  it('makes 0 of finite gradients when the norm is infinite, and keeps NaN', () => {
    expect(clipped({ a: [1e30, 2], b: [1] }, 1)).toEqual([[0, 0], [0]]);
    expect(clipped({ a: [NaN], b: [1] }, 1)).toEqual([[NaN], [NaN]]);
    expect(clipped({}, 1)).toEqual([]);
  });

  it('refuses a norm that is not above 0', () => {
    expect(() => clipByGlobalNorm({}, 0)).toThrow(new DomainError('clipByGlobalNorm: maxNorm must be above 0, got 0'));
  });
});
