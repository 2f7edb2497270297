import { readFileSync } from 'node:fs';
import type { Output } from '../output.js';
import { loadPlugins } from '../plugins.js';
import { layout } from '../terminal/table.js';

/** `surprisal doctor`: what works here, and how to mend what does not. Fails when nothing can compute. */
export async function doctor(output: Output): Promise<boolean> {
  const { discovered } = await loadPlugins();
  const { bestEngine, probeEngines } = await import('@surprisal/core/tensor');
  const engines = await probeEngines();
  const best = bestEngine(engines);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const plugins = discovered.map(({ package: name, version, plugin, problem }) => ({
    name,
    version,
    works: plugin !== undefined,
    methods: plugin?.methods.length ?? 0,
    studies: plugin?.studies.length ?? 0,
    problem,
    mend: problem === undefined ? undefined : `update or reinstall ${name}, or take it out of package.json`,
  }));
  output.result({ surprisal: version, node: process.version, engine: best, engines, plugins });
  output.print(`surprisal ${version}, node ${process.version}, engine that "auto" takes: ${best ?? 'none'}`);
  const mark = (works: boolean) => (works ? 'works' : 'does not work');
  output.print(`\n${output.colors.bold('engines')}`);
  for (const line of layout(
    ['engine', '', 'version', 'threads', 'why not', 'mend'],
    engines.map((e) => [
      e.name,
      mark(e.works),
      e.version ?? '',
      e.threads?.toString() ?? '',
      e.problem ?? onDevice(e),
      e.mend ?? '',
    ]),
  ))
    output.print(`  ${line}`);
  output.print(`\n${output.colors.bold('plugins')}`);
  const rows = plugins.map((p) => [
    p.name,
    p.version,
    mark(p.works),
    p.works ? `${p.methods} methods, ${p.studies} studies` : `${p.problem}; ${p.mend}`,
  ]);
  for (const line of layout(['package', 'version', '', ''], rows)) output.print(`  ${line}`);
  return best !== undefined;
}

const onDevice = ({ device, emulated }: { readonly device?: string; readonly emulated?: boolean }) =>
  device === undefined
    ? ''
    : `on ${device}${emulated ? ' (no GPU but the processor: slow, "auto" passes it over)' : ''}`;
