/** Three significant digits. */
const digits = (value) => (value >= 1000 ? value.toFixed(0) : Number(value.toPrecision(3)).toString());

/** A group as Markdown: one table of times, or one with a line for each case and a column for each contestant. */
export const tableOf = (group) => (group.cases ? matrixOf(group) : listOf(group));

/** Cases by contestants: milliseconds, and how many times the base's, with quartiles. */
function matrixOf({ title, contestants, cases, notes = [] }) {
  const cell = ({ times, failed }, who) => {
    const time = times[who];
    if (!time) return who in failed ? 'cannot' : '';
    const spread = ({ low, high }) => `(${digits(low)} to ${digits(high)})`;
    if (!time.ratio) return `${digits(time.median)} ms ${spread(time)}`;
    return `${digits(time.median)} ms, ${digits(time.ratio.median)}x ${spread(time.ratio)}`;
  };
  const rows = Object.entries(cases).map(([name, measured]) => [
    name,
    ...contestants.map((who) => cell(measured, who)),
  ]);
  const remarks = Object.entries(cases).flatMap(([name, { notes = {}, failed }]) => [
    ...Object.entries(notes).map(([who, note]) => `${name}, ${who}: ${note}.`),
    ...Object.entries(failed).map(([who, error]) => `${name}, ${who}: ${error}.`),
  ]);
  return table(title, ['case', ...contestants], rows, [...remarks, ...notes]);
}

const headlines = [
  'cross-entropy, 4096 x 1000',
  'multilayer perceptron',
  'convolutional network',
  'gated recurrent unit',
  'transformer block',
  'product, 1024^3',
  'product, 1024^3, left transposed',
  'exp, 2^20',
];
const peers = { 'tfjs wasm': 'TensorFlow.js, `wasm`', 'jax-js': 'jax-js', PyTorch: 'PyTorch, CPU' };

/** The suite `engine` in short: our time, and the medians of how many times that the peers take. */
export function ratiosOf(groups) {
  const cases = Object.assign({}, ...groups.map((group) => group.cases));
  const ratio = ({ times, failed }, who) =>
    who in failed ? 'cannot' : times[who] ? `${digits(times[who].ratio.median)}x` : '';
  const rows = headlines
    .filter((name) => cases[name])
    .map((name) => [
      name,
      `${digits(cases[name].times.ours.median)} ms`,
      ...Object.keys(peers).map((who) => ratio(cases[name], who)),
    ]);
  return markdown(['', 'here', ...Object.values(peers)], rows);
}

/** Times with their quartiles, and how many times that of the base each one is. */
function listOf({ title, base, times, notes = [] }) {
  const rows = Object.entries(times).map(([name, { median, low, high, note = '' }]) => [
    name,
    `${digits(median)} ms`,
    low === undefined ? '' : `${digits(low)} to ${digits(high)}`,
    `${digits(median / times[base].median)}x`,
    note,
  ]);
  return table(title, ['what', 'median', 'quartiles', `against ${base}`, ''], rows, notes);
}

const table = (title, head, rows, notes) => [`### ${title}`, markdown(head, rows), ...notes].join('\n\n');

function markdown(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}
