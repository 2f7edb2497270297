import { Candidates, type Search, batched } from '@surprisal/decoding';
import { exitCodes } from '../exit.js';
import type { NamedMethod } from '../method-text.js';
import type { Output } from '../output.js';
import { layout } from '../terminal/table.js';
import type { WritingModel } from './model.js';
import { Pieces } from './pieces.js';
import { showToken } from './show-tokens.js';
import { type Write, showWriting } from './write.js';
import { Writing } from './written.js';

/** Looks for probable texts; the best is shown with its surprisal, the others by their scores. */
export function searchText({ method, params }: NamedMethod): Write {
  const search = method(params) as Search;
  return async (output, model, task) => {
    const prompt = model.encode(task.prompt);
    const { maxTokens } = task;
    const found = await search({ model: batched(model.next), prompt, maxTokens, stop: model.stop });
    const begun = model.decode(prompt).length;
    const texts = found.map(({ tokens, score, logProb, finished }) => ({
      text: model.decode([...prompt, ...tokens.filter((token) => !model.stop.includes(token))]).slice(begun),
      score,
      logProb,
      finished,
    }));
    const best = await scored(model, prompt, found[0]!.tokens);
    output.line({ type: 'end', texts });
    showWriting(output, model, { ...task, stream: false }, best);
    showAll(output, texts);
    return { code: exitCodes.ok, json: { text: best.text, texts, tokens: best.tokens, summary: best.summary } };
  };
}

/** What the model thinks of tokens that somebody else has chosen. */
async function scored(model: WritingModel, prompt: readonly number[], tokens: readonly number[]): Promise<Writing> {
  const writing = new Writing();
  const pieces = new Pieces((ids) => model.decode(ids), prompt);
  const candidates = new Candidates();
  for (const [position, token] of tokens.entries()) {
    candidates.load(await model.next([...prompt, ...tokens.slice(0, position)]));
    const surprisal = (candidates.logTotal - candidates.logits[candidates.position(token)]!) / Math.LN2;
    const entropy = candidates.entropy / Math.LN2;
    const stopped = model.stop.includes(token);
    writing.add({ token, position, surprisal, entropy, stopped }, stopped ? '' : pieces.add(token));
  }
  return writing;
}

function showAll(output: Output, texts: readonly { text: string; score: number; logProb: number }[]): void {
  if (texts.length < 2) return;
  output.print(`\n${output.colors.bold('all that was found')}`);
  const rows = texts.map(({ text, score, logProb }) => [
    score.toFixed(3),
    (-logProb / Math.LN2).toFixed(2),
    showToken(text, output.ascii),
  ]);
  for (const line of layout(['score (nats)', 'bits', 'text'], rows, [true, true])) output.print(line);
}
