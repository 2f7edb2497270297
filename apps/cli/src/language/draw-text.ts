import { setImmediate } from 'node:timers/promises';
import { type Sampler, chain, generate } from '@surprisal/decoding';
import { cancellation } from '../cancellation.js';
import { exitCodes } from '../exit.js';
import type { NamedMethod } from '../method-text.js';
import { Pieces } from './pieces.js';
import { paintToken } from './show-writing.js';
import { type Write, showWriting, writePrompt } from './write.js';
import { Writing } from './written.js';

/**
 * Draws a text token by token with samplers, one after the other. Ctrl-C ends it after its token.
 *
 * @param draw how the chain draws: `'inverse'` or `'gumbel'`
 */
export function drawText(chosen: readonly NamedMethod[], draw: unknown): Write {
  const links = chosen.map(({ method, params }) => method(params) as Sampler);
  return async (output, model, task) => {
    const sampler = chain(links, { ...(draw !== undefined && { draw: draw as 'inverse' }), seed: task.seed });
    const prompt = model.encode(task.prompt);
    const pieces = new Pieces((ids) => model.decode(ids), prompt);
    const writing = new Writing();
    if (task.stream) writePrompt(output, task.prompt);
    const cancelled = cancellation({ once: () => {}, twice: () => {} });
    try {
      const { maxTokens } = task;
      for await (const step of generate({ model: model.next, prompt, sampler, maxTokens, stop: model.stop })) {
        const written = writing.add(step, step.stopped ? '' : pieces.add(step.token));
        output.line({ type: 'token', ...written });
        if (task.stream) output.write(paintToken(output, written.text, written.surprisal));
        await setImmediate(); // Ctrl-C is heard between tokens
        if (cancelled.signal.aborted) break;
      }
    } finally {
      cancelled.release();
    }
    const { text, summary, tokens } = writing;
    output.line({ type: 'end', text, ...summary });
    showWriting(output, model, task, writing);
    return { code: cancelled.exitCode || exitCodes.ok, json: { text, tokens, summary } };
  };
}
