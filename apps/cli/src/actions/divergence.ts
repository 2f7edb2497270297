import { type Registry, progress } from '@surprisal/core';
import { type DivergenceFlags, readFlags } from '../divergence/flags.js';
import { measure } from '../divergence/measure.js';
import { type Pair, readPair } from '../divergence/pair.js';
import { type Answer, jsonOf, showDivergences } from '../divergence/show.js';
import { exitCodes } from '../exit.js';
import { type NamedMethod, readMethod } from '../method-text.js';
import type { Output } from '../output.js';
import { hasKind, loadPlugins } from '../plugins.js';
import { progressView } from '../terminal/progress.js';
import { wantedMethods } from '../wanted-methods.js';

/** `surprisal divergence <p> <q> [methods...]`. Fails when no method gives a number. */
export async function divergence(
  output: Output,
  files: readonly [string, string],
  methods: readonly string[],
  flags: DivergenceFlags,
): Promise<number> {
  const { form, kind, all, bits } = readFlags(files, flags);
  const { registry } = await loadPlugins(output, hasKind(kind));
  const texts = wantedMethods(output, registry, { kind, methods, all });
  const chosen = texts.map((text) => readChosen(registry, kind, text)); // a mistake in a method is found before files are read
  const pair = await readPair(form, files);
  if (pair.note) output.note(pair.note);
  const measured = await measureAll(output, pair, chosen, bits);
  output.result(jsonOf(form, pair, measured));
  showDivergences(output, form, pair, measured);
  return measured.some((one) => 'values' in one) ? exitCodes.ok : exitCodes.failed;
}

interface Chosen extends NamedMethod {
  readonly text: string;
  readonly instance: unknown;
}

function readChosen(registry: Registry, kind: string, text: string): Chosen {
  const named = readMethod(registry, kind, text);
  return { ...named, text, instance: named.method(named.params) };
}

/** One after the other, as some take long on many points. */
async function measureAll(output: Output, pair: Pair, chosen: readonly Chosen[], bits: boolean): Promise<Answer[]> {
  const view = await progressView(output, 'divergence');
  try {
    const answers: Answer[] = [];
    for (const { text, method, params, instance } of chosen) {
      view.event(progress(answers.length, chosen.length, text));
      answers.push({ text, method: method.info.name, params, ...(await measure(pair, instance, bits)) });
    }
    return answers;
  } finally {
    view.done();
  }
}
