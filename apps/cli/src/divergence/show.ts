import { mean } from '@surprisal/core/numerics';
import { showNumber } from '../fit/numbers.js';
import type { Output } from '../output.js';
import { layout } from '../terminal/table.js';
import type { Form } from './flags.js';
import type { Measured } from './measure.js';
import type { Pair, PairFile } from './pair.js';

/** A divergence as it was named, and what it gave. */
export type Answer = Measured & {
  readonly text: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
};

/** The result as JSON; infinite numbers are the texts "Infinity" and "-Infinity", which JSON has no numbers for. */
export const jsonOf = (form: Form, { p, q, rows }: Pair, answers: readonly Answer[]) => ({
  as: form,
  p: fileOf(p),
  q: fileOf(q),
  divergences: answers.map(({ method, params, ...answer }) => {
    if ('problem' in answer) return { method, params, problem: answer.problem };
    const values = answer.values.map(jsonNumber);
    return {
      method,
      params,
      value: jsonNumber(mean(answer.values)),
      unit: answer.unit,
      ...(rows !== undefined && { values }),
    };
  }),
});

const fileOf = ({ name, shape }: PairFile) => ({ file: name, shape });
const jsonNumber = (value: number) => (Number.isFinite(value) ? value : String(value));

/** The result as a table: a value, or for many rows their mean, least and most. */
export function showDivergences(output: Output, form: Form, { p, q, rows }: Pair, answers: readonly Answer[]): void {
  const count = rows === undefined ? '' : `, ${rows} rows`;
  output.print(output.colors.dim(`from ${p.name} to ${q.name}, ${form}${count}`));
  const numbers = rows === undefined ? ['value'] : ['mean', 'least', 'most'];
  const columns = numbers.map((_, i) => alignAtPoint(answers.map((answer) => cellsOf(answer)[i]!)));
  const cells = answers.map((answer, r) => [answer.text, ...columns.map((column) => column[r]!), remarkOf(answer)]);
  const right = [false, ...numbers.map(() => true), false];
  for (const line of layout(['divergence', ...numbers, ''], cells, right)) output.print(line);
}

function cellsOf(answer: Answer): string[] {
  if ('problem' in answer) return ['none', '', ''];
  const { values } = answer;
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return [mean(values), least, most].map((value) => showNumber(value, 5));
}

/** The unit, where there is one; or why there is no value. */
function remarkOf(answer: Answer): string {
  if ('problem' in answer) return answer.problem;
  if (answer.unit === 'number') return '';
  return answer.unit.replace(/^data/, "the data's unit");
}

/** Pads plain numbers to the right, so that their decimal points stand below each other. */
function alignAtPoint(texts: readonly string[]): string[] {
  const decimals = texts.map((text) => /^-?\d+(\.\d+)?$/.exec(text)?.map((part) => part?.length ?? 0)[1]);
  const widest = Math.max(0, ...decimals.map((count) => count ?? 0));
  return texts.map((text, i) => text + ' '.repeat(decimals[i] === undefined ? 0 : widest - decimals[i]));
}
