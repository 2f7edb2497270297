import type { Output } from '../output.js';
import type { WritingModel } from './model.js';
import { plainText } from './show-tokens.js';
import { paintToken, showLegend, showSummary, showTable } from './show-writing.js';
import type { Writing } from './written.js';

/** What to write, and how to show it. */
export interface WritingTask {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly seed: number;
  /** Whether to print each token as it comes. */
  readonly stream: boolean;
  /** Whether to print a table of the tokens. */
  readonly table: boolean;
}

/** How it ended, and what `--json` says of it. */
export interface Ended {
  readonly code: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** A way to write a text: by drawing, or by searching. */
export type Write = (output: Output, model: WritingModel, task: WritingTask) => Promise<Ended>;

/** The prompt, as it stands before what is written. */
export const writePrompt = (output: Output, prompt: string): void =>
  output.write(output.colors.dim(plainText(prompt, output.ascii)));

/** All that was written, unless it was shown as it came; then what it cost. */
export function showWriting(output: Output, model: WritingModel, task: WritingTask, writing: Writing): void {
  if (!task.stream) {
    writePrompt(output, task.prompt);
    output.write(writing.tokens.map((one) => paintToken(output, one.text, one.surprisal)).join(''));
  }
  output.print('\n');
  if (task.table) showTable(output, writing.tokens, model.nameOf);
  showLegend(output);
  showSummary(output, writing.summary, writing.tokens);
}
