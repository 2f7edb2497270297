import type { Output } from '../output.js';
import { bars } from '../terminal/progress.js';
import { layout } from '../terminal/table.js';
import { plainText, showToken } from './show-tokens.js';
import type { Summary, WrittenToken } from './written.js';

/** The bounds of the classes of surprisal, in bits, and how each is painted: paler is more expected. */
const CLASSES = [
  { below: 1, name: 'below 1', paint: 'dim' },
  { below: 3, name: '1 to 3', paint: undefined },
  { below: 6, name: '3 to 6', paint: 'cyan' },
  { below: 10, name: '6 to 10', paint: 'yellow' },
  { below: Infinity, name: 'above 10', paint: 'magenta' },
] as const;

type Class = (typeof CLASSES)[number];
const classOf = (bits: number): Class => CLASSES.find(({ below }) => bits < below) ?? CLASSES.at(-1)!;

/** Paints a text by the class of its surprisal; the most surprising also in bold. */
export function paintToken(output: Output, text: string, bits: number): string {
  const { paint, below } = classOf(bits);
  const shown = plainText(text, output.ascii);
  const painted = paint === undefined ? shown : output.colors[paint](shown);
  return below === Infinity ? output.colors.bold(painted) : painted;
}

/** What the colours mean; nothing where there are none. */
export function showLegend(output: Output): void {
  if (!output.colors.isColorSupported) return;
  const classes = CLASSES.map(({ name, below }) => paintToken(output, name, below === Infinity ? below : below - 0.1));
  output.print(`${output.colors.dim('surprisal in bits:')} ${classes.join('  ')}`);
}

/** How many bars the course of the surprisal is drawn with. */
const BARS = 60;

/** What the text cost, and the course of the surprisal. */
export function showSummary(output: Output, summary: Summary, tokens: readonly WrittenToken[]): void {
  const { bold, dim } = output.colors;
  const { bitsPerToken, natsPerToken, perplexity, bitsPerCharacter, entropy } = summary;
  const perCharacter = bitsPerCharacter === undefined ? '' : `, ${bitsPerCharacter.toFixed(2)} bits per character`;
  output.print(
    `${summary.tokens} tokens, ${summary.characters} characters: ${bold(`${bitsPerToken.toFixed(2)} bits`)} per token (${natsPerToken.toFixed(2)} nats), ${bold(`perplexity ${perplexity.toFixed(1)}`)}${perCharacter}`,
  );
  output.print(dim(`the model's own entropy is ${entropy.toFixed(2)} bits per token`));
  if (tokens.length < 8) return;
  const every = Math.ceil(tokens.length / BARS);
  const means = Array.from({ length: Math.ceil(tokens.length / every) }, (_, i) =>
    mean(tokens.slice(i * every, (i + 1) * every)),
  );
  const scale = every > 1 ? ` ${dim(`${every} tokens each`)}` : '';
  output.print(`${dim('surprisal as it went')} ${bars(means, output.ascii)}${scale}`);
}

const mean = (tokens: readonly WrittenToken[]) =>
  tokens.reduce((sum, { surprisal }) => sum + surprisal, 0) / tokens.length;

/** Longer tokens are cut in the table. */
const WIDEST = 32;

/**
 * The tokens in a table, with their surprisal as numbers and as bars.
 *
 * @param nameOf what to show for a token that adds no whole character to the text
 */
export function showTable(output: Output, tokens: readonly WrittenToken[], nameOf: (id: number) => string): void {
  const shown = ({ id, text }: WrittenToken) => {
    const whole = showToken(text || nameOf(id), output.ascii);
    return whole.length > WIDEST ? `${whole.slice(0, WIDEST)}...` : whole;
  };
  const rows = tokens.map((token) => [
    String(token.position + 1),
    paintToken(output, shown(token), token.surprisal),
    token.surprisal.toFixed(2),
    (output.ascii ? '#' : '█').repeat(Math.min(20, Math.round(token.surprisal))),
    token.entropy.toFixed(2),
    token.perplexity.toFixed(1),
  ]);
  const head = ['#', 'token', 'bits', '', 'entropy', 'perplexity so far'];
  for (const line of layout(head, rows, [true, false, true, false, true, true])) output.print(line);
  output.print('');
}
