import { type ClaimEvent, type Column, type PlotEvent, type Study, type TableEvent, cite } from '@surprisal/core';
import type { RunFolder } from './folder.js';
import type { RunInfo, RunResults } from './info.js';
import { bestRow, decimalsOf, showValue, singleSeedNote } from './format.js';
import { plotValues, renderSvg } from './plots.js';

/** Writes `report.html`: one file, readable without scripts and without a network. */
export async function writeReport(study: Study, folder: RunFolder, results: RunResults): Promise<void> {
  const info = folder.info;
  const claims = results.filter((event) => event.type === 'claim');
  const single = singleSeedNote(results.filter((event) => event.type === 'table'));
  const sections = [claims.length > 0 ? claimsSection(claims) : '', single ? `<p>${single}.</p>` : ''];
  for (const event of results) {
    if (event.type === 'table') sections.push(tableSection(event));
    if (event.type === 'plot') sections.push(await figure(event));
  }
  folder.write('report.html', page(study, info, [...sections, runSection(info)].join('\n')));
}

/** A picture with its caption, and its numbers for those who do not see it. */
async function figure({ caption, spec }: PlotEvent): Promise<string> {
  const svg = (await renderSvg(spec, 'page')).replace('<svg', `<svg role="img" aria-label="${escape(caption)}"`);
  const rows = plotValues(spec);
  return `<figure>${svg}<figcaption>${escape(caption)}</figcaption>${rows.length > 0 ? numbers(rows) : ''}</figure>`;
}

const MOST_ROWS = 1000;

function numbers(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const keys = Object.keys(rows[0]!);
  const body = rows
    .slice(0, MOST_ROWS)
    .map((row) => `<tr>${keys.map((key) => `<td>${escape(String(row[key] ?? ''))}</td>`).join('')}</tr>`);
  const more =
    rows.length > MOST_ROWS ? `<p>${rows.length - MOST_ROWS} more rows are in the CSV file of the plot.</p>` : '';
  return `<details><summary>Its numbers</summary>${table(keys, body)}${more}</details>`;
}

/** A table that scrolls by itself where the page is narrow. */
const table = (titles: readonly string[], rows: readonly string[]) =>
  `<div class="wide"><table><thead><tr>${titles.map((title) => `<th scope="col">${escape(title)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;

const page = (study: Study, info: RunInfo, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(study.name)}${info.quick ? ' (quick: no result)' : ''}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(study.name)}</h1>
<p>${escape(study.summary)}</p>
${study.paper ? `<p>Paper ${study.paper.number}: <cite>${escape(study.paper.title)}</cite>, <a href="https://arxiv.org/abs/${study.paper.arxiv}">${escape(cite(study.paper))}</a></p>` : ''}
${info.quick ? '<p class="quick" role="note"><strong>Quick form.</strong> A smoke run on little data: these numbers are no result.</p>' : ''}
${body}
</main>
</body>
</html>
`;

function claimsSection(claims: readonly ClaimEvent[]): string {
  const rows = claims.map(
    (claim) =>
      `<tr><td>${claim.holds ? '✓ holds' : '✗ does not hold'}</td><td>${escape(claim.says)}${claim.note ? `<br><small>${escape(claim.note)}</small>` : ''}</td><td>${escape(showValue(claim.paper))}</td><td class="number">${escape(showValue(claim.measured, decimalsOf([claim.measured])))}</td></tr>`,
  );
  return `<h2>Claims</h2>${table(['verdict', 'claim', 'the paper', 'measured here'], rows)}`;
}

const ARROWS = { higher: ' ↑', lower: ' ↓' };

function tableSection({ name, columns, rows }: TableEvent): string {
  const titles = columns.map(({ title, better }) => title + (better ? ARROWS[better] : ''));
  const cell = (column: Column, i: number) => {
    const value = rows[i]![column.key];
    const text = escape(showValue(value, decimalsOf(rows.map((row) => row[column.key]))));
    const marked = bestRow(column, rows) === i ? `<strong>${text} ★</strong>` : text;
    return `<td${typeof value === 'string' ? '' : ' class="number"'}>${marked}</td>`;
  };
  const body = rows.map((_, i) => `<tr>${columns.map((column) => cell(column, i)).join('')}</tr>`);
  return `<h2>${escape(name)}</h2>${table(titles, body)}`;
}

function runSection(info: RunInfo): string {
  const params = Object.entries(info.params).map(
    ([name, value]) =>
      `<tr><td>${escape(name)}</td><td>${escape(JSON.stringify(value))}</td><td>${info.origins[name] ?? ''}</td></tr>`,
  );
  const facts = [
    `seed ${info.seed}, engine ${info.engine}`,
    `command: surprisal ${info.command.join(' ')}`,
    info.methods ? `methods: ${info.methods.join(' ')}` : '',
    info.git ? `commit ${info.git.commit}${info.git.dirty ? ' with changes' : ''}` : '',
    Object.entries(info.machine)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(', '),
    `started ${info.started}`,
  ];
  const list = facts.filter(Boolean).map((fact) => `<li>${escape(fact)}</li>`);
  return `<h2>How it was run</h2><ul>${list.join('')}</ul>${table(['parameter', 'value', 'from'], params)}`;
}

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem; border-bottom: 1px solid #8886; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide { overflow-x: auto; }
.quick { border: 2px solid #b45309; padding: .6rem 1rem; border-radius: .4rem; }
figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; }
a { color: inherit; } small { opacity: .8; }`;
