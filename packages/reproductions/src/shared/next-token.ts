import { DomainError, type Random } from '@surprisal/core';
import { type Scalar, logSoftmax, reshape, tensor2d, tidy } from '@surprisal/core/tensor';
import { crossEntropy } from '@surprisal/losses';
import type { Transformer } from '@surprisal/nn';

const loss = crossEntropy();

/** Mean loss of the next tokens, in nats per token, on windows drawn from a stream: what training makes smaller. */
export function nextTokenLoss(model: Transformer, stream: Int32Array, batchSize: number, random: Random): Scalar {
  const { context, vocabularySize } = model;
  const starts = Array.from({ length: batchSize }, () => random.integer(stream.length - context));
  const logits = reshape(model.call(windows(stream, starts, context)), [-1, vocabularySize]);
  const next = Int32Array.from(starts.flatMap((start) => [...stream.subarray(start + 1, start + context + 1)]));
  return loss(logits, next, { reduction: 'mean' }) as Scalar;
}

/**
 * Loss on a held-out stream in nats per character. The windows overlap by half, and the second half of each is measured, so that every
 * prediction knows at least half a context.
 *
 * @param lengths how many characters each token of the vocabulary has
 */
export async function heldOutLoss(model: Transformer, stream: Int32Array, lengths: readonly number[]): Promise<number> {
  const { context, vocabularySize } = model;
  const half = context >> 1;
  if (stream.length <= context)
    throw new DomainError(
      `heldOutLoss: stream must have more tokens than the context ${context}, got ${stream.length}`,
    );
  const starts = Array.from({ length: Math.floor((stream.length - 1 - context) / half) + 1 }, (_, i) => i * half);
  let nats = 0;
  let characters = 0;
  for (let at = 0; at < starts.length; at += BATCH) {
    const batch = starts.slice(at, at + BATCH);
    const logProbs = tidy(() => logSoftmax(model.call(windows(stream, batch, context))));
    const values = await logProbs.data();
    logProbs.dispose();
    batch.forEach((start, row) => {
      for (let t = context - half; t < context; t++) {
        const next = stream[start + t + 1]!;
        nats -= values[(row * context + t) * vocabularySize + next]!;
        characters += lengths[next]!;
      }
    });
  }
  return nats / characters;
}

/** Windows measured at once. */
const BATCH = 32;

const windows = (stream: Int32Array, starts: readonly number[], context: number) =>
  tensor2d(
    Int32Array.from(starts.flatMap((start) => [...stream.subarray(start, start + context)])),
    [starts.length, context],
    'int32',
  );
