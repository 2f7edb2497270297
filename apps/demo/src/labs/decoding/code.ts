import { argumentOf, callOf, factoryOf, quoted } from '../../lab/chosen.js';
import { taken } from '../../lab/sides.js';
import { type DecodingState, PARTS } from './settings.js';

/** The calls of the library that write as the lab does. */
export function codeOf(state: DecodingState): string {
  const { size, order, learn, prompt, length, seed } = state;
  const samplers = taken(state).map((side) => state[side]);
  const factories = ['generate', ...new Set(samplers.map(({ name }) => factoryOf(name)))].sort();
  const text = learn === 'all' ? 'text' : `text: text.slice(0, Math.round(${PARTS[learn]} * text.length))`;
  return [
    `import { nodeData } from '@surprisal/data/node';`,
    `import { ${factories.join(', ')} } from '@surprisal/decoding';`,
    `import { bpe, kneserNey, textModel } from '@surprisal/language';`,
    '',
    `const { text } = await nodeData('moby-dick');`,
    `const model = textModel({`,
    `  ${text},`,
    `  tokenizer: bpe({ size: ${size}, alphabet: 'characters', pretokenize: 'words' }),`,
    `  model: kneserNey({ order: ${order} }),`,
    `});`,
    `const prompt = Array.from(model.encode(${JSON.stringify(prompt)}));`,
    `const samplers = [${samplers.map(({ name, params }) => callOf({ name, params: { ...params, seed } })).join(', ')}];`,
    `for (const sampler of samplers) {`,
    `  let [written, bits] = ['', 0];`,
    `  for await (const step of generate({ model: model.next, prompt, sampler, maxTokens: ${length} })) {`,
    `    written += model.decode([step.token]);`,
    `    bits += step.surprisal;`,
    `  }`,
    `  console.log(sampler.method, (bits / ${length}).toFixed(2), written);`,
    `}`,
  ].join('\n');
}

/** The commands that write as the lab does, on the whole book. */
export function commandOf(state: DecodingState): string {
  const { size, order, prompt, length, seed } = state;
  const model = `--tokenizer bpe:size=${size},alphabet=characters,pretokenize=words --language-model kneser-ney:order=${order}`;
  return taken(state)
    .map(
      (side) =>
        `surprisal decode --prompt ${quoted(prompt)} --sampler ${argumentOf(state[side])} --max-tokens ${length} --seed ${seed} ${model}`,
    )
    .join('\n');
}
