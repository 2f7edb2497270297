import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EPSILON, type Host, expectWithin, normals, onBoth, put, seed, useKernels } from '../test/both.js';

beforeAll(useKernels);

/** Runs a kernel by its name, as tfjs's gradients do. */
const run = (name: string, inputs: Record<string, Host>, attrs: object, size = (x: tf.Tensor, _name: string) => x) =>
  tf
    .engine()
    .runKernel(
      name,
      Object.fromEntries(Object.entries(inputs).map(([key, host]) => [key, size(put(host), key)])),
      attrs as never,
    ) as tf.Tensor;

/** A kernel that is linear in each input (but in where pooling looks for the largest) is off by no more than the roundings of its sums, relative to the sums of sizes. */
async function expectSums(name: string, terms: number, inputs: Record<string, Host>, attrs: object) {
  const { here, there } = await onBoth(
    () => [run(name, inputs, attrs)],
    () => [run(name, inputs, attrs), run(name, inputs, attrs, (x, key) => (key === 'input' ? x : tf.abs(x)))],
  );
  expectWithin(here[0]!, there[0]!, (_, i) => 2 * (terms + 2) * EPSILON * there[1]!.data[i]! + 1e-37);
}

const small = (least: number, most: number) => fc.integer({ min: least, max: most });

/** A convolution of any odd sizes that has at least one position; a batch may be empty. */
const windows = fc
  .record({
    batch: small(0, 3),
    height: small(1, 9),
    width: small(1, 9),
    channels: small(1, 9),
    out: small(1, 9),
    filter: fc.tuple(small(1, 4), small(1, 4)),
    strides: fc.tuple(small(1, 3), small(1, 3)),
    pad: fc.constantFrom<('same' | 'valid' | number)[]>('same', 'valid', 1),
    seed,
  })
  .filter(({ height, width, filter, pad }) => pad === 'same' || (height >= filter[0] && width >= filter[1]))
  .map(({ batch, height, width, channels, out, filter, strides, pad, seed }) => {
    const inputShape = [batch, height, width, channels] as [number, number, number, number];
    const attributes = { strides, pad: pad === 1 && Math.min(...filter) < 2 ? ('valid' as const) : pad };
    return { inputShape, filter, out, attributes, seed };
  });

const outShape = (
  inputShape: [number, number, number, number],
  filterShape: [number, number, number, number],
  { strides, pad }: { strides: [number, number]; pad: 'same' | 'valid' | number },
  depthwise = false,
) => tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, undefined, depthwise).outShape;

/** Both sides of the number of channels from which on convolutions are computed here; dilated windows are not. */
const convolutions = fc
  .record({
    ...{ batch: small(0, 3), height: small(5, 9), width: small(5, 9) },
    channels: fc.tuple(...[small(1, 40), small(1, 40)]),
    filter: fc.tuple(small(1, 5), small(1, 5)),
    ...{ strides: fc.tuple(small(1, 3), small(1, 3)), dilations: fc.constantFrom(1, 1, 1, 2), seed },
    pad: fc.constantFrom<'same' | 'valid' | [number, number][]>(
      ...(['same', 'valid'] as const),
      ...[
        [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ] as [number, number][],
      ],
    ),
    activation: fc.constantFrom('linear', 'relu', 'relu6', 'leakyrelu', 'prelu', 'elu', 'sigmoid'),
  })
  .filter(({ height, width, filter, dilations }) =>
    [height, width].every((size, axis) => size > (filter[axis]! - 1) * dilations),
  )
  .map(({ strides, dilations, ...rest }) => ({ ...rest, dilations, strides: dilations === 1 ? strides : [1, 1] }));

describe('convolutions equal those of the cpu backend', () => {
  it('of any channels, windows, strides and padding, alone and as layers', () =>
    fc.assert(
      fc.asyncProperty(
        convolutions,
        async ({ batch, height, width, channels, filter, activation, seed, ...window }) => {
          const attributes = { ...window, dataFormat: 'NHWC' };
          const shapes = [[batch, height, width, channels[0]], [...filter, ...channels], [channels[1]], [channels[1]]];
          const [x, w, bias, slopes] = shapes.map((shape, i) => normals(shape, seed + i)) as [Host, Host, Host, Host];
          const terms = filter[0] * filter[1] * channels[0];
          await expectSums('Conv2D', terms, { x, filter: w }, attributes);
          const layer = { x, filter: w, bias, ...(activation === 'prelu' && { preluActivationWeights: slopes }) };
          const fused = { ...attributes, activation, leakyreluAlpha: 0.2 };
          const linear = { ...attributes, activation: 'linear' };
          const { here, there } = await onBoth(
            () => [run('FusedConv2D', layer, fused)],
            () => [run('FusedConv2D', layer, fused), run('FusedConv2D', { x, filter: w, bias }, linear, tf.abs)],
          );
          const steepest = activation === 'prelu' ? Math.max(1, ...slopes.data.map(Math.abs)) : 1;
          expectWithin(
            here[0]!,
            there[0]!,
            (value, i) => 2 * steepest * (terms + 4) * EPSILON * there[1]!.data[i]! + 4 * EPSILON * Math.abs(value),
          );
        },
      ),
      { numRuns: 120 },
    ));

  it('of each channel on its own, alone and as layers', () =>
    fc.assert(
      fc.asyncProperty(
        convolutions,
        async ({ batch, height, width, channels, filter, activation: _, seed, ...window }) => {
          const shapes = [[batch, height, width, channels[0]], [...filter, channels[0], 1], [channels[0]]];
          const [x, w, bias] = shapes.map((shape, i) => normals(shape, seed + i)) as [Host, Host, Host];
          const terms = filter[0] * filter[1];
          await expectSums('DepthwiseConv2dNative', terms, { x, filter: w }, window);
          const layer = (activation: string, size?: typeof tf.abs) =>
            run('FusedDepthwiseConv2D', { x, filter: w, bias }, { ...window, dataFormat: 'NHWC', activation }, size);
          const { here, there } = await onBoth(
            () => [layer('relu')],
            () => [layer('relu'), layer('linear', tf.abs)],
          );
          expectWithin(here[0]!, there[0]!, (_, i) => 2 * (terms + 4) * EPSILON * there[1]!.data[i]!);
        },
      ),
      { numRuns: 120 },
    ));

  it.each([
    ['more positions and features than are worked on at a time', [3, 23, 17, 64], [3, 3, 64, 20], 1, 'same'],
    ['windows of one pixel', [2, 23, 17, 330], [1, 1, 330, 40], 1, 'valid'],
    ['windows of one pixel that step over some', [2, 23, 17, 33], [1, 1, 33, 40], 2, 'valid'],
  ] as const)('%s', async (_, x, filter, strides, pad) => {
    const inputs = { x: normals([...x], 1), filter: normals([...filter], 2) };
    await expectSums('Conv2D', filter[0] * filter[1] * filter[2], inputs, {
      strides,
      pad,
      dilations: 1,
      dataFormat: 'NHWC',
    });
  });

  it('and see a filter that has changed where it lies', () => {
    const [x, filter] = [put(normals([1, 4, 4, 16], 1)), put(normals([3, 3, 16, 16], 2))];
    const numbersNow = () => tf.tidy(() => slide(x, filter).dataSync().slice());
    const before = numbersNow();
    const { dataIdMap, wasm } = tf.backend() as unknown as {
      dataIdMap: { get(id: object): { memoryOffset: number } };
      wasm: { HEAPU8: Uint8Array };
    };
    const at = dataIdMap.get(filter.dataId).memoryOffset;
    const numbers = new Float32Array(wasm.HEAPU8.buffer, at, filter.size);
    numbers.forEach((value, i) => (numbers[i] = 2 * value));
    expect(Array.from(numbersNow())).toEqual(Array.from(before, (value) => 2 * value));
  });
});

const slide = (x: tf.Tensor, filter: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');

describe('the gradients of convolutions equal those of the cpu backend', () => {
  it('with respect to filter and input', () =>
    fc.assert(
      fc.asyncProperty(windows, async ({ inputShape, filter, out, attributes, seed }) => {
        const filterShape = [...filter, inputShape[3], out] as [number, number, number, number];
        const shape = outShape(inputShape, filterShape, attributes);
        const [x, w, dy] = [inputShape, filterShape, shape].map((s, i) => normals(s, seed + i)) as [Host, Host, Host];
        const shared = { ...attributes, dataFormat: 'NHWC' };
        const positions = shape[0] * shape[1] * shape[2];
        await expectSums('Conv2DBackpropFilter', positions, { x, dy }, { ...shared, filterShape });
        const taps = filter[0] * filter[1] * out;
        await expectSums('Conv2DBackpropInput', taps, { dy, filter: w }, { ...shared, inputShape });
      }),
      { numRuns: 150 },
    ));

  it('when depthwise, with one filter a channel and with more', () =>
    fc.assert(
      fc.asyncProperty(windows, small(1, 3), async ({ inputShape, filter, attributes, seed }, multiplier) => {
        const filterShape = [...filter, inputShape[3], multiplier] as [number, number, number, number];
        const shape = outShape(inputShape, filterShape, attributes, true);
        const [x, w, dy] = [inputShape, filterShape, shape].map((s, i) => normals(s, seed + i)) as [Host, Host, Host];
        const shared = { ...attributes, dilations: [1, 1] };
        const positions = shape[0] * shape[1] * shape[2];
        await expectSums('DepthwiseConv2dNativeBackpropFilter', positions, { x, dy }, { ...shared, filterShape });
        const taps = filter[0] * filter[1] * multiplier;
        await expectSums('DepthwiseConv2dNativeBackpropInput', taps, { dy, filter: w }, { ...shared, inputShape });
      }),
      { numRuns: 150 },
    ));

  it('over more positions and features than are worked on at a time', async () => {
    const [inputShape, filterShape] = [[2, 9, 17, 16] as const, [3, 3, 16, 5] as const];
    const x = normals([...inputShape], 1);
    const dy = normals([2, 9, 17, 5], 2);
    const shared = { strides: 1, pad: 'same', dataFormat: 'NHWC' };
    await expectSums('Conv2DBackpropFilter', 2 * 9 * 17, { x, dy }, { ...shared, filterShape });
    const filter = normals([...filterShape], 3);
    await expectSums('Conv2DBackpropInput', 9 * 5, { dy, filter }, { ...shared, inputShape });
  });

  it('and refuse images that lie channel by channel', () => {
    const x = tf.zeros([1, 2, 4, 4]) as tf.Tensor4D;
    expect(() =>
      tf.engine().runKernel(
        'Conv2DBackpropFilter',
        { x, dy: x },
        {
          ...{ strides: 1, pad: 'same', dataFormat: 'NCHW', filterShape: [3, 3, 2, 2] },
        },
      ),
    ).toThrow('gradient of conv2d: data format must be NHWC, got NCHW');
  });
});

describe('the gradient of max pooling equals that of the cpu backend', () => {
  it('with ties, NaN and infinities, windows that overlap and windows that leave gaps', () =>
    fc.assert(
      fc.asyncProperty(windows, fc.boolean(), async ({ inputShape, filter, attributes, seed }, ties) => {
        const input = normals(inputShape, seed, !ties);
        if (ties) input.data.forEach((value, i) => (input.data[i] = Math.round(value)));
        const { strides, pad } = attributes;
        const { outShape } = tf.backend_util.computePool2DInfo(inputShape, filter, strides, 1, pad);
        const inputs = { input, dy: normals(outShape, seed + 1), output: normals(outShape, 1) };
        await expectSums('MaxPoolGrad', filter[0] * filter[1], inputs, { filterSize: filter, ...attributes });
      }),
      { numRuns: 150 },
    ));
});

describe('sums over segments', () => {
  it('equal those of the cpu backend; ids that are none count nothing', () =>
    fc.assert(
      fc.asyncProperty(small(0, 12), small(1, 9), small(1, 5), seed, async (rows, n, numSegments, at) => {
        const ids = Int32Array.from(normals([rows], at).data, (value) => Math.round(2 * value));
        const inputs = { x: normals([rows, n], at + 1), segmentIds: { shape: [rows], data: ids } };
        const { here, there } = await onBoth(
          () => [run('UnsortedSegmentSum', inputs, { numSegments })],
          () => [
            run('UnsortedSegmentSum', inputs, { numSegments }),
            run(
              'UnsortedSegmentSum',
              { ...inputs, x: { ...inputs.x, data: inputs.x.data.map(Math.abs) } },
              { numSegments },
            ),
          ],
        );
        expectWithin(here[0]!, there[0]!, (_, i) => 2 * (rows + 1) * EPSILON * there[1]!.data[i]!);
      }),
      { numRuns: 60 },
    ));

  it('are whole for whole numbers, and refuse what does not fit', () => {
    const sums = tf.unsortedSegmentSum(
      tf.tensor2d([[1], [2], [4]], [3, 1], 'int32'),
      tf.tensor1d([1, 0, 1], 'int32'),
      2,
    );
    expect([sums.dtype, ...sums.dataSync()]).toEqual(['int32', 2, 5]);
    expect(() => tf.unsortedSegmentSum(tf.zeros([3, 2]), tf.tensor1d([1, 0], 'int32'), 2)).toThrow(
      'unsortedSegmentSum: segmentIds must be [3], got [2]',
    );
  });
});

describe('model.fit', () => {
  it('trains a network of convolutions, pooling, depthwise convolutions and embeddings', async () => {
    const images = tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] });
    const model = tf.sequential({
      layers: [
        images,
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.depthwiseConv2d({ kernelSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2 }),
      ],
    });
    const x = put(normals([32, 8, 8, 1], 1));
    const y = tf.oneHot(tf.cast(tf.greater(tf.mean(x, [1, 2, 3]), 0), 'int32'), 2);
    model.compile({
      optimizer: tf.train.adam(0.02),
      loss: (a: tf.Tensor, b: tf.Tensor) => tf.losses.softmaxCrossEntropy(a, b),
    });
    const { history } = await model.fit(x, tf.cast(y, 'float32'), { epochs: 30, verbose: 0, shuffle: false });
    expect(history.loss!.at(-1)).toBeLessThan((history.loss![0] as number) / 2);
    const words = tf.sequential({ layers: [tf.layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 2 })] });
    words.compile({ optimizer: tf.train.sgd(1), loss: 'meanSquaredError' });
    const fit = await words.fit(tf.tensor2d([[0, 4]]), tf.zeros([1, 2, 3]), { epochs: 5, verbose: 0 });
    expect(fit.history.loss!.at(-1)).toBeLessThan(fit.history.loss![0] as number);
  });

  it('leaves nothing behind', () => {
    const [x, w] = [put(normals([2, 6, 6, 3], 1)), put(normals([3, 3, 3, 2], 2))] as [tf.Tensor4D, tf.Tensor4D];
    const loss = (a: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.maxPool(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'), 2, 2, 'same'));
    const step = () => tf.tidy(() => void tf.valueAndGrads(loss)([x, w]));
    step();
    const [before, { wasm }] = [tf.memory(), tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }];
    const bytes = wasm.HEAPU8.length;
    for (let i = 0; i < 2000; i++) step();
    expect(tf.memory()).toEqual(before);
    expect(wasm.HEAPU8.length).toBe(bytes);
  });
});
