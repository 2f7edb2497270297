import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClaimEvent, type Study, type TableEvent, cite } from '@surprisal/core';
import type { RunFolder } from './folder.js';
import type { RunInfo, RunResults } from './info.js';
import { bestRow } from '../terminal/table.js';
import { decimalsOf, showValue } from './format.js';

/** Writes `report.html`: one file, readable without scripts and without a network. */
export async function writeReport(study: Study, folder: RunFolder, results: RunResults): Promise<void> {
  const info = folder.info;
  const claims = results.filter((event) => event.type === 'claim');
  const sections = results.map((event) => {
    if (event.type === 'table') return tableSection(event);
    if (event.type !== 'plot') return '';
    const svg = readFileSync(join(folder.path, 'plots', `${event.name}.svg`), 'utf8');
    return `<figure role="group">${svg.replace('<svg', `<svg role="img" aria-label="${escape(event.caption)}"`)}<figcaption>${escape(event.caption)} <a href="plots/${event.name}.csv">numbers</a>, <a href="plots/${event.name}.vl.json">specification</a></figcaption></figure>`;
  });
  folder.write(
    'report.html',
    page(study, info, [claims.length > 0 ? claimsSection(claims) : '', ...sections, runSection(info)].join('\n')),
  );
}

const page = (study: Study, info: RunInfo, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(study.name)}${info.quick ? ' (quick)' : ''}</title>
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
  return `<h2>Claims</h2><div class="wide"><table><thead><tr><th scope="col">verdict</th><th scope="col">claim</th><th scope="col">the paper</th><th scope="col">measured here</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function tableSection({ name, columns, rows }: TableEvent): string {
  const head = columns.map(
    ({ title, better }) => `<th scope="col">${escape(title)}${better ? (better === 'higher' ? ' ↑' : ' ↓') : ''}</th>`,
  );
  const body = rows.map((row, i) => {
    const cells = columns.map((column) => {
      const value = row[column.key];
      const text = escape(showValue(value, decimalsOf(rows.map((other) => other[column.key]))));
      return `<td${typeof value === 'string' ? '' : ' class="number"'}>${bestRow(column, rows) === i ? `<strong>${text} ★</strong>` : text}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<h2>${escape(name)}</h2><div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

function runSection(info: RunInfo): string {
  const params = Object.entries(info.params).map(
    ([name, value]) =>
      `<tr><td>${escape(name)}</td><td>${escape(JSON.stringify(value))}</td><td>${info.origins[name] ?? ''}</td></tr>`,
  );
  const facts = [
    `seed ${info.seed}, engine ${info.engine}`,
    `command: surprisal ${info.command.join(' ')}`,
    info.git ? `commit ${info.git.commit}${info.git.dirty ? ' with changes' : ''}` : '',
    Object.entries(info.machine)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(', '),
    `started ${info.started}`,
  ];
  return `<h2>How it was run</h2><ul>${facts
    .filter(Boolean)
    .map((fact) => `<li>${escape(fact)}</li>`)
    .join('')}</ul>
<div class="wide"><table><thead><tr><th scope="col">parameter</th><th scope="col">value</th><th scope="col">from</th></tr></thead><tbody>${params.join('')}</tbody></table></div>`;
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
figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; background: #fff; }`;
