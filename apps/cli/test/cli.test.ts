import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SurprisalOptions, lastLine, makeProject, surprisal, surprisalProcess } from './project.js';

let project: ReturnType<typeof makeProject>;
beforeAll(() => void (project = makeProject()));
afterAll(() => project.remove());
const run = (args: string, options: Partial<SurprisalOptions> = {}) =>
  surprisal(args.split(' ').filter(Boolean), { cwd: project.folder, ...options });
/** The same as a process of its own. */
const runProcess = (args: string, env: Record<string, string> = {}) =>
  surprisalProcess(args.split(' '), { cwd: project.folder, env });
/** Time for a test that starts about ten processes, one after the other. */
const MANY_RUNS = 120_000;

const commands = [
  'list',
  'info',
  'reproduce',
  'compare',
  'resume',
  'runs',
  'runs compare',
  'runs export',
  'fit',
  'divergence',
  'decode',
  'tokenize',
  'doctor',
  'completion',
];

const hasProgram = (name: string) => spawnSync(name, ['--version']).error === undefined;

describe('help and version', () => {
  it.each(['', ...commands])('surprisal %s: --help says what it does, its usage, and examples', async (command) => {
    const { code, stdout } = await run(`${command} --help`);
    expect(code).toBe(0);
    const [summary, , usage] = stdout.split('\n');
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(usage).toMatch(new RegExp(`^Usage: surprisal ${command}`));
    expect(stdout.match(/^ {2}\$ surprisal /gm)!.length).toBeGreaterThanOrEqual(2);
    expect(stdout).toMatchSnapshot();
    expect((await run(`help ${command}`)).stdout).toBe(stdout);
  });

  it('needs less than 300 ms of a processor for help, whatever else the machine does', async () => {
    const report = 'process.on(`exit`,()=>process.stderr.write(JSON.stringify(process.cpuUsage())))';
    const { stderr } = await runProcess('--help', { NODE_OPTIONS: `--import=data:text/javascript,${report}` });
    const { user, system } = JSON.parse(stderr) as NodeJS.CpuUsage;
    expect((user + system) / 1000).toBeLessThan(300);
  });

  it('prints its version in one line, and help when called with nothing', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await runProcess('--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect((await run('')).stdout).toContain('Usage: surprisal');
  });

  it('shows the parameters of a study as flags', async () => {
    const { stdout } = await run('reproduce count --help');
    expect(stdout).toContain('Parameters of count:');
    expect(stdout).toMatch(/--steps <integer> +steps \(>= 1; default 5\)/);
  });

  it.each(['bash', 'zsh', 'fish'])('completes in %s', async (shell) => {
    const { code, stdout } = await run(`completion ${shell}`);
    expect(code).toBe(0);
    expect(stdout).toContain('surprisal __complete');
    if (hasProgram(shell)) expect(spawnSync(shell, ['-n'], { input: stdout }).status).toBe(0);
  });

  it.each([
    [['re'], ['reproduce', 'resume']],
    [['reproduce', 'coun'], ['count']],
    [['list', 'adv'], ['adversarial-loss']],
    [['info', 'gen'], ['generalized-cross-entropy']],
    [['runs', 'e'], ['export']],
    [['resume', ''], ['last']],
    [['compare', 'loss', 'comp'], ['comp-sum']],
    [['compare', 'loss', '--on', ''], ['mnist']],
    [['reproduce', 'count', '--seed', ''], ['']],
    [['completion', 'z'], ['zsh']],
    [['fit', '--law', 'chin'], ['chinchilla']],
    [
      ['fit', 'curves.csv', '--schedule', 'c'],
      ['constant', 'cosine', 'cyclic'],
    ],
    [['divergence', 'p.csv', 'q.csv', 'sinkh'], ['sinkhorn']],
    [['decode', '--sampler', 'miro'], ['mirostat']],
    [['decode', '--search', 'beam'], ['beam-search']],
    [['decode', '--language-model', 'k'], ['kneser-ney']],
    [['tokenize', '--tokenizer', 'seq'], ['sequential-bpe']],
    [
      ['tokenize', '--corpus', ''],
      ['moby-dick', 'state-of-the-union'],
    ],
    [['compare', 'sampler', 'miro'], ['mirostat']],
    [['compare', 'sampler', '--on', ''], ['text']],
  ])('completes %j', async (words, expected) => {
    const { stdout } = await surprisal(['__complete', ...words], { cwd: project.folder });
    expect(stdout.trim().split('\n')).toEqual(expected);
  });

  it.each([
    ['runs export --', '--latex'],
    ['fit --', '--bootstrap'],
    ['decode --', '--p'],
    ['decode --sampler mirostat --', '--tau'],
    ['tokenize --tokenizer unigram-lm --', '--longest'],
    ['compare sampler --on text --', '--corpus'],
    ['reproduce count --', '--steps'],
    ['reproduce cuont --', '--seed'],
  ])('completes flags: %s', async (words, flag) => {
    expect((await run(`__complete ${words}`)).stdout.split('\n')).toContain(flag);
  });
});

describe('usage mistakes: one line, exit code 2, a suggestion', () => {
  it.each([
    ['reprdouce', `surprisal: unknown command 'reprdouce' (did you mean reproduce?)`],
    ['help reprdouce', `surprisal: unknown command 'reprdouce' (did you mean reproduce?)`],
    ['reproduce cuont', 'surprisal: unknown study "cuont": did you mean "count"?'],
    ['info focl', 'surprisal: unknown method, study or paper "focl": did you mean "focal"?'],
    ['list lss', 'surprisal: unknown kind "lss": did you mean "loss"?'],
    ['reproduce count --stepz 3', `surprisal: unknown option '--stepz' (did you mean --steps?)`],
    ['reproduce count --steps many', 'surprisal: count: steps must be a number, got "many"'],
    ['reproduce count --set steps=0', 'surprisal: count: steps must be at least 1, got 0'],
    ['reproduce count --set stepz=1', 'surprisal: unknown parameter of count "stepz": did you mean "steps"?'],
    ['reproduce count --set steps', 'surprisal: --set must be key=value, got "steps"'],
    ['reproduce count --seed 1.5', 'surprisal: seed must be a whole number, got "1.5"'],
    ['reproduce count --engine wsm', 'surprisal: unknown engine "wsm": did you mean "wasm"?'],
    ['reproduce compare-losses', 'surprisal: compare-losses compares methods: run surprisal compare loss --on mnist'],
    ['compare loss --on mnits', 'surprisal: unknown task "mnits": did you mean "mnist"?'],
    ['compare loss focall --on mnist', 'surprisal: unknown loss "focall": did you mean "focal"?'],
    ['compare loss comp-sum:tau=-1 --on mnist', 'surprisal: comp-sum: tau must be at least 0, got -1'],
    ['resume nowhere', 'surprisal: nowhere: no such run in runs; surprisal runs lists them'],
    ['completion tcsh', 'surprisal: completion: shell must be one of bash, zsh, fish, got "tcsh"'],
  ])('%s', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(lastLine(stderr)).toBe(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    ['info focl', 'UnknownNameError', 'unknown method, study or paper "focl": did you mean "focal"?'],
    ['fit', 'UsageError', "missing required argument 'table'"],
    ['decode --promt a', 'UsageError', "unknown option '--promt' (did you mean --prompt?)"],
  ])('%s is one JSON object on stdout with --json', async (args, name, message) => {
    const { code, stdout } = await run(`${args} --json`);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ version: 1, error: { name, message } });
  });

  it.each([
    [
      'tensorflow-gpu',
      {},
      /^surprisal: engine tensorflow-gpu does not work here: .+; npm install @tensorflow\/tfjs-node-gpu \(.+\)$/,
    ],
    [
      'webgpu',
      { VK_ICD_FILENAMES: '/nowhere.json' },
      /^surprisal: engine webgpu does not work here: .+; npm install .*webgpu/,
    ],
    [
      'wasm',
      { SURPRISAL_THREADS: '0' },
      /^surprisal: SURPRISAL_THREADS must be a whole number from 1 to 64, got "0"; /,
    ],
    ['wasm', { SURPRISAL_THREADS: '1000' }, /^surprisal: SURPRISAL_THREADS must be .*, got "1000"; /],
  ])('says in a line why the engine %s does not work, with %o', async (engine, env, message) => {
    const { code, stdout, stderr } = await runProcess(`reproduce count --engine ${engine} --runs none`, env);
    expect([code, stdout]).toEqual([2, '']);
    const said = stderr.split('\n').filter((line) => line && !line.startsWith('warning: plugin '));
    expect(said).toEqual([expect.stringMatching(message)]); // and no line that a driver or a library has of its own
  });

  it('shows the stack with --verbose', async () => {
    expect((await run('info focl --verbose')).stderr).toContain('    at ');
  });

  it('names a configuration file that is no JSON', async () => {
    const config = join(project.folder, 'surprisal.config.json');
    writeFileSync(config, '{ nonsense');
    const { code, stderr } = await run('reproduce count');
    writeFileSync(config, '{}');
    expect([code, lastLine(stderr)]).toEqual([2, expect.stringMatching(/surprisal\.config\.json: must be JSON: /)]);
  });

  it.each([
    ['json', '{ "sede": 1 }', 'surprisal.config.json: unknown parameter "sede": did you mean "seed"?'],
    ['json', '{ "seed": "one" }', 'surprisal.config.json: seed must be a number, got "one"'],
    ['json', '[]', /must hold an object with seed, engine, runs, studies$/],
    ['mjs', 'throw new Error("no")', /surprisal\.config\.mjs: cannot be loaded: no$/],
    ['json', '{ "studies": { "count": { "stepz": 1 } } }', 'unknown parameter of count "stepz": did you mean "steps"?'],
  ])('names what is wrong in a configuration file: %s %s', async (ending, text, message) => {
    const { folder, remove } = makeProject();
    writeFileSync(join(folder, `surprisal.config.${ending}`), text);
    const { code, stderr } = await run('reproduce count', { cwd: folder });
    remove();
    expect(code).toBe(2);
    expect(lastLine(stderr)).toMatch(message);
  });

  it.each(['a-file', '/proc/runs'])('names a folder that cannot be written, %s, and leaves nothing', async (folder) => {
    writeFileSync(join(project.folder, 'a-file'), '');
    const { code, stderr } = await run(`reproduce count --runs ${folder}`);
    expect([code, lastLine(stderr)]).toEqual([
      2,
      expect.stringMatching(/^surprisal: \S+: runs cannot be kept there \(E\w+\); name another folder with --runs$/),
    ]);
  });

  it('names an MNIST file that is missing, and marks the run as failed', async () => {
    mkdirSync(join(project.folder, 'empty'));
    const { code, stderr } = await run('reproduce comp-sum --quick --runs failed', {
      env: { SURPRISAL_MNIST_DIR: join(project.folder, 'empty') },
    });
    expect([code, lastLine(stderr)]).toEqual([
      2,
      expect.stringMatching(/^surprisal: .*train-images-idx3-ubyte: no such file; put MNIST's file there, unpacked$/),
    ]);
    expect((await run('runs --runs failed --json')).stdout).toContain('"status": "FAILED"');
  });
});

describe('plugins', () => {
  it('lists the methods of all, and names those that are skipped', async () => {
    const { code, stdout, stderr } = await runProcess('list');
    expect(code).toBe(0);
    expect(stdout).toContain('generalized-cross-entropy');
    expect(stdout).toContain('Counts slowly.');
    expect(stderr).toContain('warning: plugin throwing is skipped: failed to load: no such luck');
    expect(stderr).toContain(
      'warning: plugin of-tomorrow is skipped: it speaks version 99 of the plugin contract, this is version 1',
    );
  });

  it('are in the doctor’s report, with engines and what mends them', async () => {
    const { code, stdout } = await runProcess('doctor --json');
    const report = JSON.parse(stdout) as {
      version: number;
      engine: string;
      engines: { name: string; works: boolean; mend?: string }[];
      plugins: { name: string; works: boolean }[];
    };
    expect(code).toBe(0);
    expect(report).toMatchObject({ version: 1, engine: 'wasm' });
    expect(report.engines.filter((engine) => !engine.works).every((engine) => engine.mend)).toBe(true);
    expect(report.plugins.filter((plugin) => !plugin.works).map((plugin) => plugin.name)).toEqual([
      'of-tomorrow',
      'throwing',
    ]);
  });
});

describe('output', () => {
  it.each([
    'list',
    'info 1',
    'info focal',
    'runs',
    'fit chinchilla-epoch',
    'doctor',
    'reproduce count --runs json',
    'reproduce count --print-config',
  ])('%s --json is one JSON object', async (args) => {
    const { code, stdout } = await run(`${args} --json`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1 });
  });

  it('streams events as lines of JSON', async () => {
    const { stdout } = await run('reproduce count --json-lines --runs json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.filter(({ type }) => type === 'metric')).toHaveLength(5);
    expect(events.at(-1)!.type).toBe('claim');
  });

  it('has colours only when asked, and no carriage returns in a pipe', async () => {
    const plain = await run('reproduce count --runs colours');
    // eslint-disable-next-line no-control-regex -- escapes are what is looked for
    expect(plain.stdout + plain.stderr).not.toMatch(/\r|\u001b/);
    expect((await run('list --color')).stdout).toContain('\u001b[1m');
    expect((await run('list', { env: { CI: '1' } })).stdout).not.toContain('\u001b');
    expect((await run('list', { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[1m');
    expect((await run('list', { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
  });

  it('is quiet when asked, and ASCII when asked', async () => {
    const { stderr, stdout } = await run('reproduce count -q --ascii --runs colours');
    expect(stderr.replace(/^warning: plugin .*\n/gm, '')).toBe('');
    expect(stdout).toContain('[holds]');
    // eslint-disable-next-line no-control-regex -- the range is the point
    expect(stdout).toMatch(/^[\x00-\x7f]*$/);
  });

  it('marks a quick run in everything it prints and writes', async () => {
    const { stdout, stderr } = await run('reproduce count --quick --runs quick');
    const mark = 'its numbers are no result';
    expect(stdout).toContain(mark);
    expect(stderr).toContain(mark);
    const [day] = readdirSync(join(project.folder, 'quick'));
    const [name] = readdirSync(join(project.folder, 'quick', day!));
    const folder = join(project.folder, 'quick', day!, name!);
    expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).toMatchObject({
      quick: true,
      params: { steps: 2 },
      origins: { steps: 'quick' },
      status: 'FINISHED',
    });
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('numbers are no result');
    expect(readdirSync(join(folder, 'plots')).sort()).toEqual(['course.csv', 'course.svg', 'course.vl.json']);
    expect(readFileSync(join(folder, 'plots/course.svg'), 'utf8')).toMatch(/^<svg/);
  });
});

describe('exit codes of runs', () => {
  it('is 1 when a claim does not hold', async () => {
    const { code, stdout } = await run('reproduce count --least 2 --runs codes');
    expect(code).toBe(1);
    expect(stdout).toContain('✗ does not hold: the mean is at least 2');
  });

  it('is 1 when the run fails for an unexpected reason, which is kept', async () => {
    const { code, stderr } = await runProcess('reproduce failing --runs codes');
    expect([code, lastLine(stderr)]).toEqual([
      1,
      expect.stringMatching(/^surprisal: failing failed: broken on purpose; see codes.*log\.txt$/),
    ]);
    const verbose = await run('reproduce failing --runs codes --verbose');
    expect(verbose.stderr).toMatch(/caused by TypeError: broken on purpose\n {4}at /);
    const { runs } = JSON.parse((await run('runs --runs codes --json')).stdout) as {
      runs: { study: string; status: string }[];
    };
    expect(runs.find(({ study }) => study === 'failing')!.status).toBe('FAILED');
  });
});

describe('several studies at once', () => {
  it('give one JSON object, and the worst exit code', async () => {
    const { code, stdout } = await run('reproduce count busy --json --least 2 --delay 0 --runs several');
    expect(code).toBe(1);
    const { runs } = JSON.parse(stdout) as { runs: { study: string; status: string; claims: { holds: boolean }[] }[] };
    expect(runs.map(({ study, status }) => [study, status])).toEqual([
      ['count', 'FINISHED'],
      ['busy', 'FINISHED'],
    ]);
    expect(runs[0]!.claims[0]!.holds).toBe(false);
  });

  it('do not start when one of them is mistyped', async () => {
    expect((await run('reproduce count busyy --runs none')).code).toBe(2);
    expect(existsSync(join(project.folder, 'none'))).toBe(false);
  });
});

describe('configuration', () => {
  it(
    'goes defaults < quick < file < environment < flags, and says where each value came from',
    async () => {
      const config = join(project.folder, 'surprisal.config.json');
      writeFileSync(config, JSON.stringify({ seed: 5, studies: { count: { steps: 11, delay: 1 } } }));
      const settings = async (args: string, env = {}) => {
        const { stdout } = await run(`reproduce count --print-config --json ${args}`, { env });
        return Object.fromEntries(
          (JSON.parse(stdout) as { settings: { name: string; value: unknown; origin: string }[] }).settings.map(
            ({ name, value, origin }) => [name, [value, origin]],
          ),
        );
      };
      expect(await settings('--quick')).toMatchObject({
        steps: [11, 'file'],
        delay: [1, 'file'],
        least: [0, 'default'],
        seed: [5, 'file'],
        engine: ['auto', 'default'],
      });
      const env = { SURPRISAL_STEPS: '12', SURPRISAL_SEED: '6', SURPRISAL_SIZES: '3,4' };
      expect(await settings('', env)).toMatchObject({
        steps: [12, 'environment'],
        seed: [6, 'environment'],
        sizes: [[3, 4], 'environment'],
      });
      expect(await settings('--steps 13 --seed 7 --set least=0.5', env)).toMatchObject({
        steps: [13, 'flag'],
        seed: [7, 'flag'],
        least: [0.5, 'flag'],
      });
      writeFileSync(config, '{}');
      expect(await settings('--quick')).toMatchObject({ steps: [2, 'quick'] });
      expect(await settings('--set inner.b=5')).toMatchObject({ inner: [{ a: 1, b: 5 }, 'flag'] });
      expect(await settings('--set inner={"a":3,"b":4}')).toMatchObject({ inner: [{ a: 3, b: 4 }, 'flag'] });
    },
    MANY_RUNS,
  );

  it('can be a module', async () => {
    const { folder, remove } = makeProject();
    writeFileSync(join(folder, 'surprisal.config.mjs'), 'export default { studies: { count: { steps: 3 + 4 } } };');
    const { stdout } = await run('reproduce count --print-config', { cwd: folder });
    remove();
    expect(stdout).toMatch(/^steps +7 +file$/m);
  });
});

describe('runs', () => {
  it(
    'are never written over, can be compared, exported, and shown again',
    async () => {
      await run('reproduce count --runs many');
      await run('reproduce count --runs many --steps 7');
      const { runs } = JSON.parse((await run('runs --runs many --json')).stdout) as {
        runs: { path: string; status: string }[];
      };
      expect(runs.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED']);
      const compared = JSON.parse((await run(`runs compare ${runs[0]!.path} ${runs[1]!.path} --json`)).stdout) as {
        parameters: unknown[];
        metrics: { name: string }[];
      };
      expect(compared.parameters).toEqual([{ name: 'steps', a: 5, b: 7 }]);
      expect(compared.metrics.map(({ name }) => name)).toEqual(['all, mean', 'first, mean']);
      expect((await run('runs export last --runs many')).stdout).toMatch(
        /^what,mean,mean s\.e\.,mean n\nall,[\d.]+,[\d.]+,7\n/,
      );
      expect((await run('runs export last --runs many --markdown')).stdout).toMatch(
        /^\| what \| mean \|\n\| --- \| --- \|\n\| all \| [\d.]+ ± [\d.]+ \|/,
      );
      expect((await run('runs export last --runs many --latex')).stdout).toContain('\\begin{tabular}{lr}');
      const again = await run('reproduce count --runs many --reuse');
      expect(again.stderr).toMatch(/an existing run: many\/.*; --fresh to run again/);
      expect(again.stdout).toContain('✓ holds');
      expect((JSON.parse((await run('runs --runs many --json')).stdout) as { runs: unknown[] }).runs).toHaveLength(2);
    },
    MANY_RUNS,
  );
});
