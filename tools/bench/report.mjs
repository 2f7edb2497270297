/** Three significant digits. */
const digits = (value) => (value >= 1000 ? value.toFixed(0) : Number(value.toPrecision(3)).toString());

/** A group of timings as a Markdown table: times with their quartiles, and how many times that of the base each one is. */
export function tableOf({ title, base, times, notes = [] }) {
  const rows = Object.entries(times).map(([name, { median, low, high, note = '' }]) => [
    name,
    `${digits(median)} ms`,
    low === undefined ? '' : `${digits(low)} to ${digits(high)}`,
    `${digits(median / times[base].median)}x`,
    note,
  ]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const head = ['what', 'median', 'quartiles', `against ${base}`, ''];
  return [
    `### ${title}`,
    '',
    ...[head, head.map(() => '---'), ...rows].map(line),
    ...notes.map((note) => `\n${note}`),
  ].join('\n');
}
