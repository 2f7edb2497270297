/** Three significant digits. */
export const digits = (value) => (value >= 1000 ? value.toFixed(0) : Number(value.toPrecision(3)).toString());

/** A group of timings as a table: each beside the one that is asked about, as a ratio. */
export function tableOf({ title, columns, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [`### ${title}`, '', line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Rows of a group from times by name: the time, and how many times that of `base` it is. */
export const ratioRows = (times, base) =>
  Object.entries(times).map(([name, ms]) => [name, `${digits(ms)} ms`, `${digits(ms / times[base])}x`]);
