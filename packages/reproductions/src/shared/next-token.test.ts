import { DomainError, Random } from '@surprisal/core';
import { memory, tidy, zeros } from '@surprisal/core/tensor';
import type { Transformer } from '@surprisal/nn';
import { onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { heldOutLoss, nextTokenLoss } from './next-token.js';

/** Gives all tokens the same probability. */
const even: Transformer = {
  context: 4,
  vocabularySize: 3,
  variables: {},
  call: (tokens) => zeros([...tokens.shape, 3]),
  dispose: () => undefined,
};
const stream = Int32Array.of(0, 1, 2, 2, 1, 0, 2, 2, 2);

onEngines(['cpu', 'wasm'], () => {
  describe('losses of next tokens', () => {
    it('are ln V per token for a model that knows nothing, by what the tokens spell', async () => {
      const before = memory().numTensors;
      expect(tidy(() => nextTokenLoss(even, stream, 5, new Random(1)).dataSync()[0])).toBeCloseTo(Math.log(3), 6);
      // Windows at 0, 2 and 4; measured are tokens 3 to 8: 2, 1, 0, 2, 2, 2 of 4, 2, 1, 4, 4, 4 characters.
      expect(await heldOutLoss(even, stream, [1, 2, 4])).toBeCloseTo((6 * Math.log(3)) / 19, 6);
      expect(memory().numTensors).toBe(before);
    });

    it('need more tokens than a context', async () => {
      await expect(heldOutLoss(even, stream.subarray(0, 4), [1, 2, 4])).rejects.toThrow(
        new DomainError('heldOutLoss: stream must have more tokens than the context 4, got 4'),
      );
    });
  });
});
