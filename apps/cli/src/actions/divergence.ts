import { readFlags, type DivergenceFlags } from '../divergence/flags.js';
import { measure } from '../divergence/measure.js';
import { readPair } from '../divergence/pair.js';
import { jsonOf, showDivergences } from '../divergence/show.js';
import { exitCodes } from '../exit.js';
import { readMethod } from '../method-text.js';
import type { Output } from '../output.js';
import { hasKind, loadPlugins } from '../plugins.js';
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
  const chosen = texts.map((text) => ({ text, ...readMethod(registry, kind, text) }));
  const instances = chosen.map(({ method, params }) => method(params)); // a wrong parameter is found before files are read
  const pair = await readPair(form, files);
  const measured = await Promise.all(
    chosen.map(async ({ text, method, params }, i) => ({
      text,
      method: method.info.name,
      params,
      ...(await measure(pair, instances[i]!, bits)),
    })),
  );
  output.result(jsonOf(form, pair, measured));
  showDivergences(output, form, pair, measured);
  return measured.some((one) => 'values' in one) ? exitCodes.ok : exitCodes.failed;
}
