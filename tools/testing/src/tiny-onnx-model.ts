import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PbfWriter } from 'pbf';

/** A language model of one table: the logits of the token that comes after each token. */
export interface TinyModel {
  /** `[V][V]`: row a holds the logits of what comes after a. */
  readonly logits: readonly (readonly number[])[];
  /** `[V]`, the words; default `w0`, `w1`, .... They are separated by spaces in a text. */
  readonly words?: readonly string[];
  /** The word that ends a text; default none. */
  readonly end?: number;
  /**
   * Whether the next token depends on all tokens, by the mean of their rows, which the model keeps in a cache of keys from call to call. Default: on the
   * last token alone, without a cache.
   */
  readonly remembers?: boolean;
  /** What stands in generation_config.json. */
  readonly generationConfig?: Readonly<Record<string, unknown>>;
}

/**
 * Writes a causal language model that transformers.js loads from a folder, offline: `onnx/model.onnx`, the configurations and a tokenizer of words. Its
 * graph embeds the tokens and multiplies by a head, `[batch, sequence] -> [batch, sequence, V]`.
 *
 * @example
 * await writeTinyModel(folder, { logits: [[0, 1], [1, 0]] });
 * const model = await AutoModelForCausalLM.from_pretrained(folder, { local_files_only: true, dtype: 'fp32' });
 */
export async function writeTinyModel(folder: string, model: TinyModel): Promise<void> {
  const size = model.logits.length;
  const words = model.words ?? model.logits.map((_, i) => `w${i}`);
  const ends = { eos_token_id: model.end ?? null, bos_token_id: null, pad_token_id: 0 };
  const files = {
    'config.json': {
      model_type: 'gpt2',
      architectures: ['GPT2LMHeadModel'],
      vocab_size: size,
      n_positions: 4096,
      n_embd: size,
      n_layer: model.remembers ? 1 : 0,
      n_head: 1,
      ...ends,
    },
    'generation_config.json': { ...ends, ...model.generationConfig },
    'tokenizer_config.json': { tokenizer_class: 'PreTrainedTokenizerFast', unk_token: words[0], pad_token: words[0] },
    'tokenizer.json': tokenizer(words),
  };
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const identity = model.logits.map((_, i) => model.logits.map((_, j) => (i === j ? 1 : 0)));
  await writeFile(join(folder, 'onnx', 'model.onnx'), onnxLanguageModel(model.logits, identity, model));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content));
}

const tokenizer = (words: readonly string[]) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: Object.fromEntries(words.map((word, i) => [word, i])), unk_token: words[0] },
});

/**
 * The bytes of an ONNX model `logits = embedding[input_ids] head`; of the mean over all tokens so far, where it remembers.
 *
 * @param embedding `[V][D]`
 * @param head `[D][V]`
 */
export function onnxLanguageModel(
  embedding: readonly (readonly number[])[],
  head: readonly (readonly number[])[],
  { remembers = false }: Pick<TinyModel, 'remembers'> = {},
): Uint8Array {
  const file = new PbfWriter();
  file.writeVarintField(1, 8); // ModelProto.ir_version
  file.writeMessage(8, (_: null, opset) => opset.writeVarintField(2, 13), null); // opset_import
  file.writeMessage(7, writeGraph, { embedding, head, remembers });
  return file.finish();
}

interface Graph {
  readonly embedding: readonly (readonly number[])[];
  readonly head: readonly (readonly number[])[];
  readonly remembers: boolean;
}

const FLOAT = 1;
const INT64 = 7;

/** GraphProto: node 1, name 2, initializer 5, input 11, output 12. */
function writeGraph({ embedding, head, remembers }: Graph, graph: PbfWriter): void {
  const size = head[0]!.length;
  const embedded = { op: 'Gather', inputs: ['embedding', 'input_ids'], output: 'hidden' };
  for (const node of [embedded, ...(remembers ? MEMORY : [])]) graph.writeMessage(1, writeNode, node);
  const read = remembers ? 'mean' : 'hidden';
  graph.writeMessage(1, writeNode, { op: 'MatMul', inputs: [read, 'head'], output: 'logits' });
  graph.writeStringField(2, 'tiny');
  graph.writeMessage(5, writeMatrix, { name: 'embedding', rows: embedding });
  graph.writeMessage(5, writeMatrix, { name: 'head', rows: head });
  graph.writeMessage(11, writeValue, { name: 'input_ids', type: INT64, shape: ['batch', 'sequence'] });
  graph.writeMessage(12, writeValue, { name: 'logits', type: FLOAT, shape: ['batch', 'positions', size] });
  if (!remembers) return;
  graph.writeMessage(11, writeValue, { name: PAST, type: FLOAT, shape: ['batch', 'past', size] });
  graph.writeMessage(12, writeValue, { name: PRESENT, type: FLOAT, shape: ['batch', 'all', size] });
}

/** What is kept from call to call, under the names of transformers.js: `[batch, tokens, D]`. */
const PAST = 'past_key_values.0.key';
const PRESENT = 'present.0.key';

/** Adds rows of new tokens to those that are kept, and takes the mean: `[batch, 1, D]`. */
const MEMORY: readonly Node[] = [
  { op: 'Concat', inputs: [PAST, 'hidden'], output: PRESENT, attributes: { axis: 1 } },
  { op: 'ReduceMean', inputs: [PRESENT], output: 'mean', attributes: { axes: [1], keepdims: 1 } },
];

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** NodeProto: input 1, output 2, op_type 4, attribute 5. */
function writeNode({ op, inputs, output, attributes = {} }: Node, node: PbfWriter): void {
  for (const input of inputs) node.writeStringField(1, input);
  node.writeStringField(2, output);
  node.writeStringField(4, op);
  for (const [name, value] of Object.entries(attributes)) node.writeMessage(5, writeAttribute, { name, value });
}

const INT = 2;
const INTS = 7;

/** AttributeProto: name 1, i 3, ints 8, type 20. */
function writeAttribute(
  { name, value }: { name: string; value: number | readonly number[] },
  attribute: PbfWriter,
): void {
  attribute.writeStringField(1, name);
  if (typeof value === 'number') attribute.writeVarintField(3, value);
  else for (const one of value) attribute.writeVarintField(8, one);
  attribute.writeVarintField(20, typeof value === 'number' ? INT : INTS);
}

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
function writeMatrix({ name, rows }: { name: string; rows: readonly (readonly number[])[] }, tensor: PbfWriter): void {
  tensor.writeVarintField(1, rows.length);
  tensor.writeVarintField(1, rows[0]!.length);
  tensor.writeVarintField(2, FLOAT);
  tensor.writeStringField(8, name);
  tensor.writeBytesField(9, new Uint8Array(Float32Array.from(rows.flat()).buffer));
}

/** ValueInfoProto: name 1, type 2; TypeProto.tensor_type 1: elem_type 1, shape 2; a dimension is a number 1 or a name 2. */
function writeValue(
  { name, type, shape }: { name: string; type: number; shape: (string | number)[] },
  value: PbfWriter,
) {
  value.writeStringField(1, name);
  value.writeMessage(
    2,
    (_: null, proto) =>
      proto.writeMessage(
        1,
        (__: null, tensor) => {
          tensor.writeVarintField(1, type);
          tensor.writeMessage(2, writeShape, shape);
        },
        null,
      ),
    null,
  );
}

function writeShape(shape: (string | number)[], proto: PbfWriter): void {
  for (const size of shape) {
    proto.writeMessage(
      1,
      (_: null, dimension) =>
        typeof size === 'number' ? dimension.writeVarintField(1, size) : dimension.writeStringField(2, size),
      null,
    );
  }
}
