import type { Registry } from '@surprisal/core';
import { UsageError } from '../exit.js';
import { readCount } from '../flag-values.js';
import { drawText } from '../language/draw-text.js';
import { type WritingModel, trainedModel } from '../language/model.js';
import { searchText } from '../language/search-text.js';
import { type WritingFlags, chooseMethods, showMethod } from '../language/writing-methods.js';
import type { Output, OutputOptions } from '../output.js';
import { parseSeed } from '../parameters.js';
import { hasKind, loadPlugins } from '../plugins.js';
import { progressView } from '../terminal/progress.js';
import { readStdin } from '../user-files.js';

/** The flags of `surprisal decode`, and the parameters of its samplers or search. */
export interface DecodeFlags extends OutputOptions, WritingFlags {
  readonly prompt?: string;
  readonly maxTokens?: string;
  readonly seed?: string;
  readonly corpus?: string;
  readonly tokenizer?: string;
  readonly languageModel?: string;
  readonly model?: string;
  readonly stream?: boolean;
  readonly surprisal?: boolean;
}

/** `surprisal decode --prompt 'Call me' --sampler mirostat --tau 3` */
export async function decode(output: Output, flags: DecodeFlags): Promise<number> {
  const { registry } = await loadPlugins(output, hasKind('sampler', 'search', 'tokenizer', 'language-model'));
  const seed = flags.seed === undefined ? 1 : parseSeed(flags.seed);
  const maxTokens = flags.maxTokens === undefined ? 100 : readCount('--max-tokens', flags.maxTokens);
  const chosen = chooseMethods(registry, flags);
  const write = flags.search === undefined ? drawText(chosen, flags.draw) : searchText(chosen[0]!);
  const prompt = flags.prompt === '-' ? await readStdin() : (flags.prompt ?? '');
  const model = await modelOf(output, registry, flags);
  const how = chosen.map(showMethod).join(', then ');
  output.note(`${model.name}\n${how}${flags.search === undefined ? `, seed ${seed}` : ''}`);
  const stream = flags.stream ?? process.stdout.isTTY;
  const { code, json } = await write(output, model, {
    prompt,
    maxTokens,
    seed,
    stream,
    table: flags.surprisal ?? false,
  });
  output.result({
    model: model.name,
    methods: chosen.map(({ method, params }) => ({ name: method.info.name, params })),
    seed,
    prompt,
    ...json,
  });
  return code;
}

const LEARNED = ['corpus', 'tokenizer', 'languageModel'] as const;

async function modelOf(output: Output, registry: Registry, flags: DecodeFlags): Promise<WritingModel> {
  if (flags.model !== undefined) {
    if (LEARNED.some((name) => flags[name] !== undefined))
      throw new UsageError(
        '--model takes a model as it is: --corpus, --tokenizer and --language-model have no part in it',
      );
    return (await import('../language/onnx-model.js')).onnxModel(flags.model);
  }
  const view = await progressView(output, 'learning');
  try {
    return await trainedModel(registry, flags, view);
  } finally {
    view.done();
  }
}
