import { nodeData } from '@surprisal/data/node';
import { bpe } from '@surprisal/language';
import { once, python } from '../measure.mjs';

const OURS = 'bpe()';

/** Byte-level BPE of 8192 tokens on 10 MB of real text, and the encoding of that text. */
export async function* run({ quick }) {
  const { text: all } = await nodeData('state-of-the-union');
  const text = quick ? all.slice(0, 1_000_000) : all;
  const size = 8192;
  const training = await once(() => bpe({ size, pretokenize: 'words' }).train(text));
  const encoding = await once(() => training.value.encode(text));
  const rust = python('tokenizers_train.py', ['tokenizers'], { text, size });
  const megabytes = (text.length / 1e6).toFixed(1);
  const rate = (ms, tokens) => ({
    median: ms,
    note: `${((text.length / 1e6 / ms) * 1000).toFixed(1)} MB/s${tokens ? `, ${tokens.toLocaleString('en')} tokens` : ''}`,
  });
  yield {
    title: `Training BPE of ${size} tokens on ${megabytes} MB`,
    base: OURS,
    times: {
      [OURS]: rate(training.ms),
      ...(rust && { "Hugging Face's tokenizers (Rust, all cores)": rate(rust.trainMs) }),
    },
  };
  yield {
    title: `Encoding ${megabytes} MB`,
    base: OURS,
    times: {
      [OURS]: rate(encoding.ms, encoding.value.length),
      ...(rust && { "Hugging Face's tokenizers (Rust)": rate(rust.encodeMs, rust.tokens) }),
    },
  };
}
