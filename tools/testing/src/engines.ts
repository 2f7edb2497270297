import { MissingDependencyError } from '@surprisal/core';
import { type EngineName, type Tensor, env, useEngine } from '@surprisal/core/tensor';
import { beforeAll, beforeEach, describe } from 'vitest';

/** The engines that every machine has. On the others tests are skipped where they do not work. */
const everywhere: readonly EngineName[] = ['cpu', 'wasm'];

/** The engines that goldens and conformance suites run on. On the last a tensor's values must be waited for. */
export const everyEngine: readonly EngineName[] = [...everywhere, 'webgpu'];

/**
 * How often a property is tried on an engine: once for 25 times on webgpu, which may be played by the processor.
 *
 * @example
 * fc.assert(fc.property(logits(4, 5), check), { numRuns: runsOn(engine, 50) });
 */
export const runsOn = (engine: EngineName, numRuns: number): number =>
  engine === 'webgpu' ? Math.ceil(numRuns / 25) : numRuns;

/** The values of a tensor, on whatever engine. */
export const valuesOf = async (tensor: Tensor): Promise<number[]> => Array.from(await tensor.data());

/**
 * Declares the same tests once per engine. `SURPRISAL_TEST_ENGINES` (comma-separated) names other engines instead.
 *
 * @example
 * onEngines(everyEngine, () => it('adds', async () => expect(await valuesOf(add(1, 1))).toEqual([2])));
 */
export function onEngines(engines: readonly EngineName[], declare: (engine: EngineName) => void): void {
  const chosen = process.env.SURPRISAL_TEST_ENGINES?.split(',') as EngineName[] | undefined;
  describe.each(chosen ?? engines)('on %s', (engine) => {
    let missing: string | undefined;
    beforeAll(async () => void (missing = await whyNot(engine)));
    beforeEach(({ skip }) => skip(missing !== undefined, missing));
    declare(engine);
  });
}

/** Starts an engine. @returns why it does not work here */
async function whyNot(engine: EngineName): Promise<string | undefined> {
  try {
    await useEngine(engine);
    if (engine === 'webgpu') env().set('WEBGPU_CPU_FORWARD', false); // or tfjs would compute what is small elsewhere
    return undefined;
  } catch (error) {
    if (everywhere.includes(engine) || !(error instanceof MissingDependencyError)) throw error;
    return error.message;
  }
}
