import { Tensor, TemperatureLogitsWarper, softmax, topk } from '@huggingface/transformers';
import { Random } from '@surprisal/core';
import { logSumExp } from '@surprisal/core/numerics';
import { chain, greedy, minP, mirostat, temperature, topK, topP } from '@surprisal/decoding';
import { bytesPerCall, inTurn } from '../measure.mjs';

const VOCABULARIES = [32_000, 128_000, 256_000];
const BASE = 'one log-sum-exp';

/** A token per call, each from the next of some rows of logits: a Zipf law with noise, in an order of its own. */
export async function* run({ quick }) {
  for (const vocabulary of quick ? [128_000] : VOCABULARIES) {
    const rows = rowsOf(vocabulary);
    const next = inRotation(rows);
    const samplers = {
      'greedy()': greedy(),
      'temperature()': temperature({ temperature: 0.8 }),
      'topK()': topK({ k: 40 }),
      'topP()': topP({ p: 0.95 }),
      'minP()': minP({ m: 0.05 }),
      'chain: top-k, top-p, min-p, temperature': chain([topK(), topP(), minP(), temperature({ temperature: 0.8 })]),
      'mirostat() v1': mirostat(),
      'mirostat() v2': mirostat({ preset: 'llama-v2', tau: 3 }),
    };
    const ours = Object.fromEntries(
      Object.entries(samplers).map(([name, sampler]) => [name, () => sampler.sample(next())]),
    );
    const peers = {
      'a sampler that sorts (mirostat v2)': sortingMirostat(next),
      'transformers.js: temperature, sampling': transformersSampling(next, vocabulary),
      'transformers.js: temperature, top_k 40, sampling': transformersSampling(next, 40),
    };
    const functions = { [BASE]: () => logSumExp(next()), ...ours, ...peers };
    const times = await inTurn(functions, { quick });
    for (const [name, run] of Object.entries(functions)) times[name].note = await remark(times[name].median, run);
    yield { title: `Samplers, a vocabulary of ${vocabulary.toLocaleString('en')}`, base: BASE, times };
  }
}

async function remark(ms, run) {
  const bytes = await bytesPerCall(run);
  const rate = `${Math.round(1000 / ms).toLocaleString('en')} tokens/s`;
  return bytes === undefined ? rate : `${rate}, ${Math.round(bytes).toLocaleString('en')} bytes/token`;
}

function rowsOf(vocabulary) {
  const random = new Random(1);
  return Array.from({ length: 4 }, () => {
    const ranks = random.permutation(vocabulary);
    const noise = random.normals(vocabulary, 0, 0.5);
    return Float32Array.from(ranks, (rank, i) => 10 - 1.2 * Math.log(rank + 1) + noise[i]);
  });
}

function inRotation(rows) {
  let turn = 0;
  return () => rows[turn++ % rows.length];
}

/** Mirostat v2 as it is often written: all probabilities, all sorted. */
function sortingMirostat(next) {
  const random = new Random(1);
  let mu = 6;
  return () => {
    const logits = next();
    const total = logSumExp(logits);
    const sorted = Array.from(logits, (logit, token) => ({ token, p: Math.exp(logit - total) })).sort(
      (a, b) => b.p - a.p,
    );
    const kept = sorted.filter(({ p }, i) => i === 0 || -Math.log2(p) <= mu);
    const chosen = random.choice(
      kept,
      kept.map(({ p }) => p),
    );
    mu -= 0.1 * (-Math.log2(chosen.p) - 3);
    return chosen.token;
  };
}

/** What transformers.js does for `do_sample`: its warper, its top-k (an ONNX operation over k tokens), softmax, a draw. */
function transformersSampling(next, k) {
  const random = new Random(1);
  const warper = new TemperatureLogitsWarper(0.8);
  return async () => {
    const row = Float32Array.from(next()); // the warper writes in place; each step of a model brings new logits
    const [values, indices] = await topk(warper([[]], new Tensor('float32', row, [1, row.length])), k);
    return Number(random.choice(indices.data, softmax(values.data)));
  };
}
