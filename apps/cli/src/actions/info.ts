import {
  type DescribedMethod,
  type DescribedPlugin,
  type DescribedStudy,
  type Paper,
  type ParamInfo,
  type Registry,
  cite,
  papers,
  rangeOf,
  unknownName,
} from '@surprisal/core';
import type { Output } from '../output.js';
import { knownPlugins } from '../plugins.js';
import { layout } from '../terminal/table.js';

/** `surprisal info <method|study|paper>` */
export async function info(output: Output, name: string): Promise<void> {
  const { registry } = await knownPlugins(output);
  const methods = registry
    .methods()
    .filter((method) => method.info.name === name || `${method.info.kind}/${method.info.name}` === name);
  const studies = registry.studies.filter((study) => study.name === name);
  const found = papers.filter((paper) => String(paper.number) === name || paper.slug === name || paper.arxiv === name);
  if (methods.length + studies.length + found.length === 0) {
    const names = [
      ...registry.methods().map((method) => method.info.name),
      ...registry.studies.map((study) => study.name),
      ...papers.map((paper) => paper.slug),
    ];
    throw unknownName(
      'method, study or paper',
      name,
      names,
      ': surprisal list shows them; papers go by number (1 to 60), name or arXiv id',
    );
  }
  output.result({
    methods: methods.map((method) => ({ ...method.info, plugin: registry.pluginOf(method).name })),
    studies: studies.map((study) => ({
      name: study.name,
      summary: study.summary,
      paper: study.paper,
      params: study.params,
      quick: study.quick,
      plugin: registry.pluginOf(study).name,
    })),
    papers: found,
  });
  for (const method of methods) showMethod(output, registry, method);
  for (const study of studies) showStudy(output, registry, study);
  for (const paper of found) showPaper(output, registry, paper);
}

function showMethod(output: Output, registry: Registry<DescribedPlugin>, method: DescribedMethod): void {
  const { kind, name, summary, formula, paper, params } = method.info;
  output.print(`\n${output.colors.bold(name)} (${kind}, ${registry.pluginOf(method).name})\n${summary}`);
  if (formula) output.print(`\n    ${formula}`);
  if (paper) output.print(`\nPaper ${paper.number}: ${paper.title}, ${cite(paper)}`);
  showParams(output, params);
}

function showStudy(output: Output, registry: Registry<DescribedPlugin>, study: DescribedStudy): void {
  output.print(`\n${output.colors.bold(study.name)} (study, ${registry.pluginOf(study).name})\n${study.summary}`);
  if (study.paper) output.print(`\nPaper ${study.paper.number}: ${study.paper.title}, ${cite(study.paper)}`);
  showParams(output, study.params);
  const command = study.compares
    ? `surprisal compare ${study.compares.kind} --on ${study.compares.on}`
    : `surprisal reproduce ${study.name}`;
  output.print(`\nRun it:  ${command}${study.quick ? ' [--quick]' : ''}`);
}

function showPaper(output: Output, registry: Registry<DescribedPlugin>, paper: Paper): void {
  output.print(
    `\n${output.colors.bold(`Paper ${paper.number}: ${paper.title}`)}\n${paper.authors}, ${paper.year}, https://arxiv.org/abs/${paper.arxiv}\nPackages: ${paper.packages.join(', ')}`,
  );
  const methods = registry.methods().filter((method) => method.info.paper?.number === paper.number);
  const studies = registry.studies.filter((study) => study.paper?.number === paper.number);
  if (methods.length > 0) output.print(`Methods: ${methods.map((method) => method.info.name).join(', ')}`);
  if (studies.length > 0) output.print(`Studies: ${studies.map((study) => study.name).join(', ')}`);
  if (methods.length + studies.length === 0) output.print('Nothing of it is installed here yet.');
}

function showParams(output: Output, params: readonly ParamInfo[]): void {
  const rows = params.map((param) => [
    param.name,
    JSON.stringify(param.default) ?? '',
    rangeOf(param),
    param.description,
  ]);
  if (rows.length === 0) return output.print('\nNo parameters.');
  output.print('');
  for (const line of layout(['parameter', 'default', 'range', 'what it does'], rows)) output.print(`  ${line}`);
}
