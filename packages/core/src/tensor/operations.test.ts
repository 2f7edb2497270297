import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cases, constant, grid, made, others, put, table } from '../../test/operations.js';
import * as operations from './ops.js';
import {
  type EngineStatus,
  type Tensor,
  cast,
  dispose,
  env,
  gradientsOf,
  mul,
  probeEngines,
  sum,
  tidy,
  useEngine,
} from './index.js';

describe('every operation', () => {
  it('is in one of the lists', () => {
    const listed = [...Object.keys(cases), ...Object.keys(constant), ...Object.keys(made), ...others];
    expect(Object.keys(operations).filter((name) => !listed.includes(name))).toEqual([]);
  });
});

/** What each gives, with the gradients of its inputs. */
const computations: Record<string, () => Tensor[]> = {
  ...Object.fromEntries(
    table.map(({ name, f, x }) => [
      name,
      () => [f(...x.map(put)), ...gradientsOf((...given) => sum(mul(f(...given), f(...given))), x.map(put)).gradients],
    ]),
  ),
  ...Object.fromEntries(Object.entries(constant).map(([name, f]) => [name, () => [f(put(grid([2, 3])))]])),
  ...Object.fromEntries(Object.entries(made).map(([name, make]) => [name, () => [make()]])),
};

const read = async (compute: () => Tensor[]): Promise<number[][]> => {
  const results = tidy(() => compute().map((result) => cast(result, 'float32')));
  const values = await Promise.all(results.map(async (result) => Array.from(await result.data())));
  dispose(results);
  return values;
};

let engines: EngineStatus[];
const wanted: Record<string, number[][]> = {};
beforeAll(async () => {
  engines = await probeEngines();
  await useEngine('cpu');
  for (const [name, compute] of Object.entries(computations)) wanted[name] = await read(compute);
});

describe.each(['wasm', 'webgpu', 'tensorflow'] as const)('on %s', (engine) => {
  beforeEach(async ({ skip }) => {
    const { works, problem } = engines.find(({ name }) => name === engine)!;
    skip(!works, problem);
    await useEngine(engine);
    if (engine === 'webgpu') env().set('WEBGPU_CPU_FORWARD', false); // small tensors too are computed on the GPU
  });

  it.each(Object.keys(computations))('%s is what it is on cpu, with its gradient', async (name) => {
    const got = await read(computations[name]!);
    const size = Math.max(1, ...wanted[name]!.flat().map(Math.abs));
    expect(got.map(({ length }) => length)).toEqual(wanted[name]!.map(({ length }) => length));
    got.flat().forEach((value, i) => {
      expect(Math.abs(value - wanted[name]!.flat()[i]!), `component ${i}`).toBeLessThanOrEqual(1e-5 * size);
    });
  });
});
