import { DataError, DomainError, MissingDependencyError } from '@surprisal/core';
import type { NextLogits } from '@surprisal/decoding';
import type * as TransformersModule from '@huggingface/transformers';
import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from '@huggingface/transformers';
import type { WritingModel } from './model.js';
import { type OnnxFolder, onnxFolder } from './onnx-folder.js';

type Transformers = typeof TransformersModule;

const PACKAGE = '@huggingface/transformers';

/**
 * A causal language model in a folder on this machine, run by transformers.js. Nothing is downloaded.
 *
 * @throws DataError when the folder is none, lacks a file, or holds another kind of model; MissingDependencyError without transformers.js
 */
export async function onnxModel(given: string): Promise<WritingModel> {
  const folder = onnxFolder(given);
  const transformers = await importTransformers();
  const { model, tokenizer } = await load(transformers, folder, given);
  const { bos_token_id: begin, eos_token_id: end } = { ...model.config, ...model.generation_config } as SpecialTokens;
  const decode = (ids: readonly number[]) => (ids.length === 0 ? '' : tokenizer.decode([...ids], PLAIN));
  return {
    name: `${String((model.config as { model_type?: string }).model_type)} in ${folder.name} (${folder.dtype})`,
    next: forward(transformers, model),
    encode(text) {
      const tokens = text === '' ? [] : tokenizer.encode(text);
      if (tokens.length > 0) return tokens;
      if (typeof begin === 'number') return [begin];
      throw new DomainError(`${given}: the model has no token that begins a text; give it a --prompt`);
    },
    decode,
    nameOf: (token) => tokenizer.decode([token], { ...PLAIN, skip_special_tokens: false }),
    stop: [end ?? []].flat(),
  };
}

const PLAIN = { skip_special_tokens: true, clean_up_tokenization_spaces: false };

interface SpecialTokens {
  readonly bos_token_id?: number | null;
  readonly eos_token_id?: number | number[] | null;
}

async function importTransformers(): Promise<Transformers> {
  try {
    return await import('@huggingface/transformers');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND')
      throw new MissingDependencyError(
        `--model: the package ${PACKAGE} is missing; install it with npm install ${PACKAGE}`,
      );
    throw new MissingDependencyError(`--model: ${PACKAGE} does not work here: ${message.split('\n')[0]}; reinstall it`);
  }
}

async function load(
  { AutoModelForCausalLM, AutoTokenizer, env }: Transformers,
  { path, dtype }: OnnxFolder,
  given: string,
) {
  env.allowRemoteModels = false;
  env.logLevel = 40; // errors: what it warns of is of no use here
  const options = { local_files_only: true } as const;
  try {
    const model = await AutoModelForCausalLM.from_pretrained(path, { ...options, dtype, device: 'cpu' });
    return { model, tokenizer: (await AutoTokenizer.from_pretrained(path, options)) as PreTrainedTokenizer };
  } catch (error) {
    const [message] = (error as Error).message.split('\n');
    throw new DataError(`${given}: cannot be loaded as a causal language model: ${message}`);
  }
}

type Inputs = Record<string, unknown>;

/** Tokens that the model has seen, and its inputs for one more: with what it remembers of them. */
interface Seen {
  readonly tokens: readonly number[];
  readonly inputs: Inputs;
}

/** The model as a function from tokens to logits. A sequence that goes on from the last one by a token costs one token alone. */
function forward({ Tensor, ones }: Transformers, model: PreTrainedModel): NextLogits {
  let seen: Seen | undefined;
  const ids = (tokens: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]);
  return async (tokens) => {
    const before = seen;
    seen = undefined; // the memory is changed in place: no other sequence may take it meanwhile
    const inputs: Inputs =
      before && goesOn(before.tokens, tokens)
        ? { ...before.inputs, input_ids: ids(tokens.slice(-1)), attention_mask: ones([1, tokens.length]) }
        : { input_ids: ids(tokens), attention_mask: ones([1, tokens.length]) };
    const outputs = (await model.forward(inputs)) as Record<string, Tensor>;
    seen = remembered(model, inputs, outputs, tokens);
    return outputs.logits!.slice(null, -1, null).to('float32').data as Float32Array;
  };
}

const goesOn = (before: readonly number[], tokens: readonly number[]) =>
  tokens.length === before.length + 1 && before.every((token, i) => token === tokens[i]);

/** What the model keeps of a sequence, if it keeps anything. */
function remembered(
  model: PreTrainedModel,
  inputs: Inputs,
  outputs: Record<string, Tensor>,
  tokens: readonly number[],
): Seen | undefined {
  if (!Object.keys(outputs).some((name) => name.startsWith('present'))) return undefined;
  const next = model._update_model_kwargs_for_generation({
    generated_input_ids: [[0n]], // replaced by the token that comes
    outputs,
    model_inputs: { ...inputs },
    is_encoder_decoder: false,
  }) as { past_key_values: unknown };
  return { tokens: [...tokens], inputs: { past_key_values: next.past_key_values } };
}
