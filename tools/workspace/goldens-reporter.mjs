import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Counts golden cases: a case passes when it passes on every engine. A line per file, the operations that no package takes
 * yet, and the sum at the end.
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
    for (const missing of untakenOperations(process.cwd(), cases)) console.log(missing);
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

/**
 * The operations of the packages' goldens files (those in GOLDENS_DIR, when it is set) whose cases no test has run, a line each.
 *
 * @param {{ has(key: string): boolean }} run the cases that were run, as FILE/CASE
 */
export function untakenOperations(root, run) {
  const lines = new Set();
  for (const path of goldensFiles(join(root, 'packages'))) {
    const file = basename(path, '.json');
    if (!existsSync(path)) continue;
    const { cases } = JSON.parse(readFileSync(path, 'utf8'));
    const untaken = cases.filter(({ name }) => !run.has(`${file}/${name}`)).map(({ op }) => op);
    for (const op of new Set(untaken)) {
      const count = untaken.filter((other) => other === op).length;
      lines.add(`${file}: no package takes "${op}" yet (${count} ${count === 1 ? 'case' : 'cases'})`);
    }
  }
  return [...lines].sort();
}

const goldensFiles = (packages) =>
  readdirSync(packages)
    .map((name) => join(packages, name, 'goldens'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(process.env.GOLDENS_DIR ?? folder, file)));

const line = (cases) =>
  ['passed', 'failed', 'skipped']
    .map((state) => `${cases.filter((one) => one.state === state).length} ${state}`)
    .join(', ');
