import { type EngineName, useEngine } from '@surprisal/core/tensor';
import { beforeAll, describe } from 'vitest';

/**
 * Declares the same tests once per engine. `SURPRISAL_TEST_ENGINES` (comma-separated) names other engines instead.
 *
 * @example
 * onEngines(['cpu', 'wasm'], () => it('adds', () => expect(add(1, 1).dataSync()[0]).toBe(2)));
 */
export function onEngines(engines: readonly EngineName[], declare: (engine: EngineName) => void): void {
  const chosen = process.env.SURPRISAL_TEST_ENGINES?.split(',') as EngineName[] | undefined;
  describe.each(chosen ?? engines)('on %s', (engine) => {
    beforeAll(async () => void (await useEngine(engine)));
    declare(engine);
  });
}
