import { type EngineName, useEngine } from '@surprisal/core/tensor';
import { MissingDependencyError } from '@surprisal/core';
import { beforeAll, beforeEach, describe } from 'vitest';

/** The engines that every machine has. On the others tests are skipped where they do not work. */
const everywhere: readonly EngineName[] = ['cpu', 'wasm'];

/**
 * Declares the same tests once per engine. `SURPRISAL_TEST_ENGINES` (comma-separated) names other engines instead.
 *
 * @example
 * onEngines(['cpu', 'wasm'], () => it('adds', () => expect(add(1, 1).dataSync()[0]).toBe(2)));
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
    return undefined;
  } catch (error) {
    if (everywhere.includes(engine) || !(error instanceof MissingDependencyError)) throw error;
    return error.message;
  }
}
