/**
 * Counts golden cases: a case passes when it passes on every engine. A line per file, and the sum at the end.
 *
 * @implements {import('vitest/reporters').Reporter}
 */
export default class GoldensReporter {
  onTestRunEnd(modules, errors) {
    const cases = new Map();
    for (const module of modules) {
      for (const error of module.errors()) console.error(`${module.relativeModuleId}: ${error.message}`);
      for (const test of module.children.allTests()) this.#count(cases, test);
    }
    for (const error of errors) console.error(error.message);
    const all = [...cases.values()];
    const files = [...new Set(all.map(({ file }) => file))].sort();
    for (const file of files) console.log(`${file}: ${line(all.filter((one) => one.file === file))}`);
    console.log(`goldens: ${line(all)}`);
  }

  #count(cases, test) {
    const { golden } = test.meta();
    if (!golden) return;
    const key = `${golden.file}/${golden.case}`;
    const { state, errors = [] } = test.result();
    const counted = cases.get(key) ?? { file: golden.file, state: 'passed' };
    if (state === 'failed') {
      counted.state = 'failed';
      for (const error of errors) console.log(`${key} (${golden.engine}): ${error.message}`);
    } else if (state === 'skipped' && counted.state !== 'failed') counted.state = 'skipped';
    cases.set(key, counted);
  }
}

const line = (cases) =>
  ['passed', 'failed', 'skipped']
    .map((state) => `${cases.filter((one) => one.state === state).length} ${state}`)
    .join(', ');
