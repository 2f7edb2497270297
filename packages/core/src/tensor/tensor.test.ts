import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { DataError, DomainError, MissingDependencyError, ShapeError, UnknownNameError } from '../errors.js';
import { ndarray } from '../ndarray.js';
import { Random } from '../random.js';
import {
  type EngineName,
  type Tensor,
  type Tensor4D,
  bestEngine,
  checkShape,
  conv2d,
  currentEngine,
  div,
  exp,
  fromLayersModel,
  fromSafetensors,
  gradientsOf,
  greater,
  layers,
  log1p,
  logSigmoid,
  matMul,
  memory,
  mul,
  oneHot,
  ones,
  probeEngines,
  readWeights,
  sequential,
  sqrt,
  square,
  stopGradient,
  sum,
  tensor,
  tensor1d,
  tidy,
  toHost,
  toSafetensors,
  toTensor,
  topk,
  transpose,
  useEngine,
  variableGradientsOf,
  where,
  withGradient,
  writeWeights,
  zerosLike,
} from './index.js';
import { readLayersModel, saveLayersModel } from './node.js';

describe('shape contracts', () => {
  it('name the dimensions and hold them equal over arguments', () => {
    const dims = checkShape('focal', 'logits', { shape: [4, 3] }, ['batch', 'classes']);
    expect(dims).toEqual({ batch: 4, classes: 3 });
    expect(checkShape('focal', 'labels', { shape: [4] }, ['batch'], dims)).toEqual(dims);
    expect(checkShape('conv', 'image', { shape: [2, 28, 28, 1] }, ['batch', 'side', 'side', 1])).toEqual({
      batch: 2,
      side: 28,
    });
  });

  it('say what was expected', () => {
    expect(() => checkShape('losses.ldr', 'logits', { shape: [32] }, ['batch', 'classes'])).toThrow(
      new ShapeError('losses.ldr: logits must be [batch, classes], got [32]'),
    );
    expect(() => checkShape('focal', 'labels', { shape: [3] }, ['batch'], { batch: 4 })).toThrow(
      'focal: labels must be [batch] with batch = 4, got [3]',
    );
    expect(() => checkShape('conv', 'image', { shape: [2, 28, 27, 1] }, ['batch', 'side', 'side', 1])).toThrow(
      ShapeError,
    );
  });
});

describe('engines', () => {
  it('are chosen by name, or the best that works', async () => {
    expect(await useEngine('cpu')).toBe('cpu');
    expect(currentEngine()).toBe('cpu');
    expect(await useEngine()).toBe(bestEngine(await probeEngines()));
  });

  it('say why they do not work, and what to do', async () => {
    await useEngine('cpu');
    for (const { name, works, problem, mend, version } of await probeEngines()) {
      if (works) expect(version).toMatch(/\d/);
      else {
        expect([problem, mend].every((text) => text!.length > 10)).toBe(true);
        await expect(useEngine(name)).rejects.toThrow(MissingDependencyError);
      }
    }
    expect(currentEngine()).toBe('cpu');
    await expect(useEngine('wsm' as EngineName)).rejects.toThrow(
      new UnknownNameError('unknown engine "wsm": did you mean "wasm"?', 'wasm'),
    );
  });
});

describe('threads', () => {
  it('are as many as asked for, by option, variable or number of cores', async () => {
    const wasm = async (options?: { threads: number }) =>
      (await probeEngines(options)).find(({ name }) => name === 'wasm')!.threads;
    expect(await wasm({ threads: 3 })).toBe(3);
    vi.stubEnv('SURPRISAL_THREADS', '2');
    expect(await wasm()).toBe(2);
    expect(await wasm({ threads: 1 })).toBe(1);
    vi.unstubAllEnvs();
    expect(await wasm()).toBe(Math.min(availableParallelism(), 8));
  });

  it('are refused in words when their number makes no sense', async () => {
    const refusal = (what: string, got: string) =>
      new DomainError(`${what} must be a whole number from 1 to 64, got ${got}; leave it out to use every core`);
    for (const [threads, shown] of [
      [0, '0'],
      [1000, '1000'],
      [-1, '-1'],
      [2.5, '2.5'],
      [NaN, 'NaN'],
      ['many', '"many"'],
    ]) {
      await expect(useEngine('wasm', { threads: threads as number })).rejects.toThrow(
        refusal('useEngine: threads', shown as string),
      );
    }
    for (const variable of ['0', '1000', '-1', '2.5', 'many']) {
      vi.stubEnv('SURPRISAL_THREADS', variable);
      await expect(useEngine()).rejects.toThrow(refusal('SURPRISAL_THREADS', `"${variable}"`));
    }
    vi.unstubAllEnvs();
  });

  it('survive changes of the engine', async () => {
    await useEngine('wasm', { threads: 2 });
    const kept = toTensor([1, 2]);
    for (const name of ['cpu', 'wasm', 'cpu', 'wasm'] as const) await useEngine(name, { threads: 2 });
    expect(Array.from(kept.dataSync())).toEqual([1, 2]);
    kept.dispose();
  });
});

const random = new Random(1);
const normal = (...shape: number[]) => toTensor(ndarray(random.normals(shape.reduce((a, b) => a * b, 1)), shape));
const list = (value: Tensor) => Array.from(value.dataSync());

/** The same computation on the plain engine, to compare with. */
async function onCpu(compute: () => Tensor[], engine: EngineName): Promise<{ here: number[][]; there: number[][] }> {
  const run = () => tidy(() => compute().map(list));
  const here = run();
  await useEngine('cpu');
  const there = run();
  await useEngine(engine);
  return { here, there };
}

describe('what is mended on wasm', () => {
  beforeAll(async () => void (await useEngine('wasm')));

  it('multiplies right in every transposition, with batches', async () => {
    for (const batch of [[], [1], [3]]) {
      for (const [transposeA, transposeB] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const a = normal(...batch, ...(transposeA ? [5, 4] : [4, 5]));
        const b = normal(...batch, ...(transposeB ? [6, 5] : [5, 6]));
        const { here, there } = await onCpu(() => [matMul(a, b, transposeA, transposeB)], 'wasm');
        here[0]!.forEach((value, i) => expect(value).toBeCloseTo(there[0]![i]!, 4));
      }
    }
  });

  it.each([
    [3, 1, 'same'],
    [3, 2, 'same'],
    [3, 2, 'valid'],
    [5, 1, 'valid'],
    [2, 2, 'same'],
    [1, 1, 'same'],
  ] as const)('trains convolutions: filter %d, stride %d, padding %s', async (size, stride, padding) => {
    const x = normal(2, 9, 8, 3) as Tensor4D;
    const w = normal(size, size, 3, 4) as Tensor4D;
    const { here, there } = await onCpu(() => {
      const { gradients } = gradientsOf(
        (a, b) => sum(square(conv2d(a as Tensor4D, b as Tensor4D, stride, padding))),
        [x, w],
      );
      return gradients;
    }, 'wasm');
    for (const k of [0, 1])
      here[k]!.forEach((value, i) =>
        expect(Math.abs(value - there[k]![i]!)).toBeLessThanOrEqual(1e-3 + 1e-4 * Math.abs(there[k]![i]!)),
      );
  });

  it('leaves no tensors behind', () => {
    const [x, w] = [normal(2, 6, 6, 2) as Tensor4D, normal(3, 3, 2, 2) as Tensor4D];
    const run = () =>
      tidy(() => void gradientsOf((a, b) => sum(conv2d(a as Tensor4D, b as Tensor4D, 1, 'same')), [x, w]));
    run();
    const before = memory();
    run();
    expect(memory().numTensors).toBe(before.numTensors);
    expect(memory().numDataBuffers).toBe(before.numDataBuffers);
  });
});

describe.each(['cpu', 'wasm'] as const)('on %s', (engine) => {
  beforeAll(async () => void (await useEngine(engine)));

  it('converts to tensors and back', async () => {
    expect(toTensor([[1, 2]]).shape).toEqual([1, 2]);
    expect(toTensor(Float64Array.of(1, 2)).dtype).toBe('float32');
    expect(toTensor([1, 2], 'int32').dtype).toBe('int32');
    const given = tensor([1, 2]);
    expect(toTensor(given)).toBe(given);
    expect(await toHost(tensor([[1, 2]]))).toEqual(ndarray(Float32Array.of(1, 2), [1, 2]));
  });

  it('makes one-hot vectors, of depth 1 as well', () => {
    expect(list(oneHot(tensor1d([0, 2], 'int32'), 3))).toEqual([1, 0, 0, 0, 0, 1]);
    expect(oneHot(tensor1d([0, 0], 'int32'), 1).shape).toEqual([2, 1]);
    expect(list(oneHot(tensor1d([0, 0], 'int32'), 1))).toEqual([1, 1]);
  });

  it('takes log(1 + x) of small x exactly, with its gradient', () => {
    const x = [-1, -0.5, -5e-31, 0, 1e-10, 1e-7, 1e-3, 3, 1e30, Infinity];
    const { gradients } = gradientsOf((t) => sum(log1p(t)), [tensor1d(x)]);
    list(log1p(tensor1d(x))).forEach((y, i) => {
      const exact = Math.log1p(x[i]!);
      if (Number.isFinite(exact)) expect(Math.abs(y - exact)).toBeLessThanOrEqual(5e-7 * Math.abs(exact));
      else expect(y).toBe(exact);
    });
    list(gradients[0]!).forEach((slope, i) => expect(slope).toBeCloseTo(1 / (1 + x[i]!), 5)); // Infinity at -1
    expect(Number.isNaN(list(log1p(tensor1d([NaN])))[0])).toBe(true);
  });

  it('differentiates log(sigmoid(x)) through a tidy', () => {
    const { gradients } = gradientsOf((x) => tidy(() => sum(logSigmoid(mul(x, 2)))), [tensor1d([0, -100])]);
    expect(list(gradients[0]!)).toEqual([1, 2]);
  });

  it('holds constant what is outside of differentiation', () => {
    const largest = (x: Tensor) => topk(x, 1).values; // has no gradient of its own
    const { value, gradients } = gradientsOf((x) => sum(mul(x, stopGradient(largest, [x]))), [tensor1d([2, 3])]);
    expect(value.dataSync()[0]).toBe(15);
    expect(list(gradients[0]!)).toEqual([3, 3]);
  });

  it('differentiates through comparisons as through constants', () => {
    const { gradients } = gradientsOf((x) => sum(where(greater(x, 0), square(x), zerosLike(x))), [tensor1d([-1, 3])]);
    expect(list(gradients[0]!)).toEqual([0, 6]);
  });

  it('takes a gradient of one’s own, finite where the found one is not', () => {
    const root = withGradient({
      forward: ([x]) => sqrt(x!),
      gradient: (dy, [x]) => [where(greater(x!, 0), div(dy, mul(sqrt(x!), 2)), zerosLike(x!))],
    });
    const { gradients } = gradientsOf((x) => sum(root([x])), [tensor1d([0, 4])]);
    expect(list(gradients[0]!)).toEqual([0, 0.25]);
    const before = memory().numTensors;
    tidy(() => void gradientsOf((x) => sum(root([mul(x, 2)])), [tensor1d([0, 4])]));
    expect(memory().numTensors).toBe(before);
  });

  it('keeps constants alive for the gradient, inside a tidy', () => {
    const scaled = withGradient({ forward: ([x], [c]) => mul(x!, c!), gradient: (dy, _inputs, [c]) => [mul(dy, c!)] });
    const { gradients } = gradientsOf(
      (x) => tidy(() => sum(scaled([mul(x, 1)], [tensor1d([2, 3])]))),
      [tensor1d([1, 1])],
    );
    expect(list(gradients[0]!)).toEqual([2, 3]);
  });

  it('gives the gradients of variables by name', () => {
    const x = tensor1d([1, 2]).variable(true, `x-${engine}`);
    const { value, gradients } = variableGradientsOf(() => sum(exp(x)), [x]);
    expect(list(value)[0]).toBeCloseTo(Math.E + Math.E ** 2, 4);
    expect(list(gradients[`x-${engine}`]!)[1]).toBeCloseTo(Math.E ** 2, 4);
    x.dispose();
  });

  describe('models', () => {
    const make = () =>
      sequential({
        layers: [layers.dense({ name: 'first', units: 3, inputShape: [2] }), layers.dense({ name: 'last', units: 2 })],
      });

    it('have variables by name and a call', () => {
      const layered = make();
      const model = fromLayersModel(layered);
      expect(Object.keys(model.variables)).toEqual(['first/kernel', 'first/bias', 'last/kernel', 'last/bias']);
      const x = ones([4, 2]);
      expect(list(model.call(x))).toEqual(list(layered.predict(x) as Tensor));
    });

    it('go through safetensors', async () => {
      const [from, to] = [fromLayersModel(make()), fromLayersModel(make())];
      fromSafetensors(to, await toSafetensors(from));
      expect(await readWeights(to)).toEqual(await readWeights(from));
    });

    it('refuse weights that are missing or of another shape, and change nothing then', async () => {
      const model = fromLayersModel(make());
      const before = await readWeights(model);
      expect(() => writeWeights(model, { ...before, 'last/bias': ndarray(Float32Array.of(1, 2, 3), [3]) })).toThrow(
        new ShapeError('model weights: "last/bias" must be [2], got [3]'),
      );
      expect(() => writeWeights(model, {})).toThrow(DataError);
      expect(await readWeights(model)).toEqual(before);
    });

    it('go through TensorFlow.js files, and say which file is bad', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'model-'));
      const model = make();
      await saveLayersModel(model, join(folder, 'm'));
      const loaded = await readLayersModel(join(folder, 'm'));
      const x = normal(3, 2);
      expect(list(loaded.predict(x) as Tensor)).toEqual(list(model.predict(x) as Tensor));
      expect(existsSync(join(folder, 'm/model.json.part'))).toBe(false);
      expect(Object.keys(JSON.parse(readFileSync(join(folder, 'm/model.json'), 'utf8')) as object)).toContain(
        'weightsManifest',
      );
      await expect(readLayersModel(join(folder, 'none'))).rejects.toThrow(
        /none\/model\.json: cannot be read \(ENOENT\); check the path$/,
      );
      writeFileSync(join(folder, 'm/model.json'), '{}');
      await expect(readLayersModel(join(folder, 'm'))).rejects.toThrow(
        /must be a model\.json with modelTopology and weightsManifest/,
      );
      rmSync(folder, { recursive: true });
    });
  });

  it('is associative enough: (AB)^T = B^T A^T', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (n, k, m) => {
          const [a, b] = [normal(n, k), normal(k, m)];
          const left = list(transpose(matMul(a, b)));
          list(matMul(b, a, true, true)).forEach((value, i) => expect(value).toBeCloseTo(left[i]!, 4));
        },
      ),
      { numRuns: 20 },
    );
  });
});
