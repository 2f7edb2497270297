import { setImmediate } from 'node:timers/promises';
import { text as textOf } from 'node:stream/consumers';
import type { Registry } from '@surprisal/core';
import { Candidates, type Sampler, type Search, batched, chain, generate } from '@surprisal/decoding';
import { cancellation } from '../cancellation.js';
import { SAMPLER } from '../commands/decode.js';
import { UsageError, exitCodes } from '../exit.js';
import { readCount } from '../fit/assignments.js';
import { type WritingModel, trainedModel } from '../language/model.js';
import { Pieces } from '../language/pieces.js';
import { paintToken, showLegend, showSummary, showTable } from '../language/show-writing.js';
import { plainText, showToken } from '../language/show-tokens.js';
import { Writing } from '../language/written.js';
import { type NamedMethod, readMethod } from '../method-text.js';
import type { Output, OutputOptions } from '../output.js';
import { paramsOfFlags, parseSeed } from '../parameters.js';
import { loadPlugins } from '../plugins.js';
import { progressView } from '../terminal/progress.js';
import { layout } from '../terminal/table.js';

/** The flags of `surprisal decode`, and the parameters of its samplers or search. */
export interface DecodeFlags extends OutputOptions {
  readonly prompt?: string;
  readonly sampler?: readonly string[];
  readonly search?: string;
  readonly maxTokens?: string;
  readonly seed?: string;
  readonly corpus?: string;
  readonly tokenizer?: string;
  readonly languageModel?: string;
  readonly model?: string;
  readonly stream?: boolean;
  readonly surprisal?: boolean;
  readonly [parameter: string]: unknown;
}

/** What to write, and how long. */
interface Task {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly seed: number;
}

/** `surprisal decode --prompt 'Call me' --sampler mirostat --tau 3` */
export async function decode(output: Output, flags: DecodeFlags): Promise<number> {
  const { registry } = await loadPlugins(output);
  const seed = flags.seed === undefined ? 1 : parseSeed(flags.seed);
  const maxTokens = flags.maxTokens === undefined ? 100 : readCount('--max-tokens', flags.maxTokens);
  const chosen = chooseMethods(registry, flags);
  const write = flags.search === undefined ? samples(chosen, flags, seed) : searches(chosen[0]!);
  const prompt = flags.prompt === '-' ? (await textOf(process.stdin)).replace(/\n$/, '') : (flags.prompt ?? '');
  const model = await modelOf(output, registry, flags);
  output.note(
    `${model.name}\n${chosen.map(showMethod).join(', then ')}${flags.search === undefined ? `, seed ${seed}` : ''}`,
  );
  const ended = await write(output, model, { prompt, maxTokens, seed }, flags);
  output.result({
    model: model.name,
    methods: chosen.map(({ method, params }) => ({ name: method.info.name, params })),
    seed,
    prompt,
    ...ended.json,
  });
  return ended.code;
}

/** The samplers or the search that the flags name, with their parameters: those in the text, then the flags. */
function chooseMethods(registry: Registry, flags: DecodeFlags): NamedMethod[] {
  if (flags.search !== undefined && flags.sampler !== undefined)
    throw new UsageError('--search and --sampler are two ways to write; give one');
  const kind = flags.search === undefined ? 'sampler' : 'search';
  const texts = flags.search === undefined ? (flags.sampler ?? [SAMPLER]) : [flags.search];
  const named = texts.map((text) => readMethod(registry, kind, text));
  const taken = new Map<string, string>();
  return named.map(({ method, params }) => {
    const given = omit(paramsOfFlags(method.info, flags), SHARED);
    for (const name of Object.keys(given)) {
      const other = taken.get(name);
      if (other !== undefined)
        throw new UsageError(
          `--${name} could be of ${other} or of ${method.info.name}; write it there: ${method.info.name}:${name}=...`,
        );
      taken.set(name, method.info.name);
    }
    return { method, params: { ...params, ...given } };
  });
}

/** Parameters of the chain of samplers, not of one of them. */
const SHARED = ['draw'];

const omit = (params: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)));

const showMethod = ({ method, params }: NamedMethod): string => {
  const given = Object.entries(params).map(([name, value]) => `${name}=${String(value)}`);
  return method.info.name + (given.length > 0 ? ` (${given.join(', ')})` : '');
};

async function modelOf(output: Output, registry: Registry, flags: DecodeFlags): Promise<WritingModel> {
  const view = await progressView(output, 'learning');
  try {
    return await trainedModel(registry, flags, view);
  } finally {
    view.done();
  }
}

/** How it ended, and what `--json` says of it. */
interface Ended {
  readonly code: number;
  readonly json: Readonly<Record<string, unknown>>;
}

type Write = (output: Output, model: WritingModel, task: Task, flags: DecodeFlags) => Promise<Ended>;

/** Draws a text, token by token. */
function samples(chosen: readonly NamedMethod[], flags: DecodeFlags, seed: number): Write {
  const links = chosen.map(({ method, params }) => method(params) as Sampler);
  const sampler = chain(links, { ...(flags.draw !== undefined && { draw: flags.draw as 'inverse' }), seed });
  return async (output, model, { prompt, maxTokens }) => {
    const tokens = model.encode(prompt);
    const pieces = new Pieces((ids) => model.decode(ids), tokens);
    const writing = new Writing();
    const stream = flags.stream ?? process.stdout.isTTY;
    if (stream) output.write(output.colors.dim(plainText(prompt, output.ascii)));
    const cancelled = cancellation({ once: () => {}, twice: () => {} });
    try {
      const request = {
        model: model.next,
        prompt: tokens,
        sampler,
        maxTokens,
        ...(model.stop && { stop: model.stop }),
      };
      for await (const step of generate(request)) {
        const written = writing.add(step, step.stopped ? '' : pieces.add(step.token));
        output.line({ type: 'token', ...written });
        if (stream) output.write(paintToken(output, written.text, written.surprisal));
        await setImmediate(); // Ctrl-C is heard between tokens
        if (cancelled.signal.aborted) break;
      }
    } finally {
      cancelled.release();
    }
    const { text, summary } = writing;
    output.line({ type: 'end', text, ...summary });
    if (!stream)
      output.write(
        output.colors.dim(plainText(prompt, output.ascii)) +
          writing.tokens.map((one) => paintToken(output, one.text, one.surprisal)).join(''),
      );
    output.print('\n');
    if (flags.surprisal) showTable(output, writing.tokens, model.nameOf);
    showLegend(output);
    showSummary(output, summary, writing.tokens);
    return { code: cancelled.exitCode || exitCodes.ok, json: { text, tokens: writing.tokens, summary } };
  };
}

/** Looks for probable texts; the best is shown with its surprisal, the others by their scores. */
function searches({ method, params }: NamedMethod): Write {
  const search = method(params) as Search;
  return async (output, model, { prompt, maxTokens }, flags) => {
    const tokens = model.encode(prompt);
    const found = await search({
      model: batched(model.next),
      prompt: tokens,
      maxTokens,
      ...(model.stop && { stop: model.stop }),
    });
    const best = await scored(model, tokens, found[0]!.tokens);
    const texts = found.map((one) => ({
      text: model.decode([...tokens, ...one.tokens]).slice(prompt.length),
      score: one.score,
      logProb: one.logProb,
      finished: one.finished,
    }));
    output.line({ type: 'end', texts });
    output.write(
      output.colors.dim(plainText(prompt, output.ascii)) +
        best.tokens.map((one) => paintToken(output, one.text, one.surprisal)).join(''),
    );
    output.print('\n');
    if (flags.surprisal) showTable(output, best.tokens, model.nameOf);
    showLegend(output);
    showSummary(output, best.summary, best.tokens);
    showOthers(output, texts);
    return { code: exitCodes.ok, json: { texts, tokens: best.tokens, summary: best.summary } };
  };
}

/** What the model thinks of tokens that somebody else has chosen. */
async function scored(model: WritingModel, prompt: readonly number[], tokens: readonly number[]): Promise<Writing> {
  const writing = new Writing();
  const pieces = new Pieces((ids) => model.decode(ids), prompt);
  const candidates = new Candidates();
  for (const [position, token] of tokens.entries()) {
    candidates.load(await model.next([...prompt, ...tokens.slice(0, position)]));
    const logit = candidates.logits[candidates.position(token)]!;
    const surprisal = (candidates.logTotal - logit) / Math.LN2;
    writing.add(
      { token, position, surprisal, entropy: candidates.entropy / Math.LN2, stopped: false },
      pieces.add(token),
    );
  }
  return writing;
}

function showOthers(output: Output, texts: readonly { text: string; score: number; logProb: number }[]): void {
  if (texts.length < 2) return;
  output.print(`\n${output.colors.bold('all that was found')}`);
  const rows = texts.map(({ text, score, logProb }) => [
    score.toFixed(3),
    (-logProb / Math.LN2).toFixed(2),
    showToken(text, output.ascii),
  ]);
  for (const line of layout(['score (nats)', 'bits', 'text'], rows, [true, true])) output.print(line);
}
