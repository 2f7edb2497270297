import { cite } from '@surprisal/core';
import type { Output } from '../output.js';
import { knownPlugins } from '../plugins.js';
import { layout } from '../terminal/table.js';

/** `surprisal list [kind]` */
export async function list(output: Output, kind: string | undefined): Promise<void> {
  const { registry } = await knownPlugins(output);
  const methods = registry.methods(kind);
  const studies = kind === undefined ? registry.studies : [];
  output.result({
    kinds: registry.kinds,
    methods: methods.map((method) => ({
      kind: method.info.kind,
      name: method.info.name,
      summary: method.info.summary,
      paper: method.info.paper?.number,
      plugin: registry.pluginOf(method).name,
    })),
    studies: studies.map((study) => ({
      name: study.name,
      summary: study.summary,
      paper: study.paper?.number,
      plugin: registry.pluginOf(study).name,
    })),
  });
  for (const { name, summary } of registry.kinds.filter((one) => kind === undefined || one.name === kind)) {
    const rows = registry
      .methods(name)
      .map(({ info }) => [info.name, info.summary, info.paper ? cite(info.paper) : '']);
    if (rows.length === 0) continue;
    output.print(`\n${output.colors.bold(name)}  ${output.colors.dim(summary)}`);
    for (const line of layout(['method', 'what it is', 'paper'], rows)) output.print(`  ${line}`);
  }
  if (studies.length === 0) return;
  output.print(`\n${output.colors.bold('studies')}`);
  const rows = studies.map((study) => [study.name, study.summary, study.paper ? cite(study.paper) : '']);
  for (const line of layout(['study', 'what it shows', 'paper'], rows)) output.print(`  ${line}`);
}
