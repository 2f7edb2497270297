import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, makeProject, surprisalProcess } from './project.js';

let project: ReturnType<typeof makeProject>;
beforeAll(() => void (project = makeProject()));
afterAll(() => project.remove());

const SLOW = ['reproduce', 'count', '--steps', '20', '--delay', '60'];
const run = (args: readonly string[], watch?: Parameters<typeof surprisalProcess>[1]['watch']) =>
  surprisalProcess(args, { cwd: project.folder, ...(watch && { watch }) });

/** What a run left, without what tells one process from another. */
function remains(root: string) {
  const day = readdirSync(join(project.folder, root))[0]!;
  const folder = join(project.folder, root, day, readdirSync(join(project.folder, root, day))[0]!);
  const file = (name: string) => readFileSync(join(folder, name), 'utf8');
  const info = JSON.parse(file('run.json')) as { status: string };
  return {
    folder,
    status: info.status,
    read: () => ['metrics.jsonl', 'claims.json', 'result.json', 'plots/course.csv'].map(file),
  };
}

/** Whether a run has its folder, with all that it begins with. */
const started = (root: string) =>
  existsSync(join(project.folder, root)) &&
  readdirSync(join(project.folder, root), { recursive: true }).some((name) => String(name).endsWith('run.json'));

/** Sends a signal once some steps are made. The first line on stderr comes at once, metrics are on disk soon after. */
const interrupt = (root: string, ...signals: NodeJS.Signals[]) => {
  let sent = false;
  return (_stderr: string, child: { kill(signal: NodeJS.Signals): boolean }) => {
    if (sent) return;
    sent = true;
    const timer = setInterval(() => {
      if (!started(root) || readdirSync(join(remains(root).folder, 'checkpoints')).length < 4) return;
      clearInterval(timer);
      signals.forEach((signal, i) => setTimeout(() => child.kill(signal), 10 * i));
    }, 20);
  };
};

describe('a run that is broken off', () => {
  let whole: string[];
  beforeAll(async () => {
    expect((await run([...SLOW, '--runs', 'whole'])).code).toBe(0);
    whole = remains('whole').read();
  });

  it('by kill -9 goes on from its last checkpoint to the same end, byte for byte', async () => {
    const killed = await run([...SLOW, '--runs', 'killed'], interrupt('killed', 'SIGKILL'));
    expect(killed.signal).toBe('SIGKILL');
    expect(remains('killed').status).toBe('RUNNING');
    expect((await run(['runs', '--runs', 'killed'])).stdout).toContain('INTERRUPTED');
    const resumed = await run(['resume', 'last', '--runs', 'killed']);
    expect(resumed.code).toBe(0);
    expect(remains('killed').status).toBe('FINISHED');
    expect(remains('killed').read()).toEqual(whole);
  });

  it('by Ctrl-C saves, says how to go on, exits with 130, and goes on to the same end', async () => {
    const stopped = await run([...SLOW, '--runs', 'stopped'], interrupt('stopped', 'SIGINT'));
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/stopped; go on with: {2}surprisal resume stopped\//);
    const { folder, status } = remains('stopped');
    expect(status).toBe('KILLED');
    expect((await run(['resume', folder])).code).toBe(0);
    expect(remains('stopped').read()).toEqual(whole);
    const again = await run(['resume', folder]);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('is finished')]);
  });

  it('by Ctrl-C is stopped, not finished, when it never waits and has results already', async () => {
    const stopped = await run(['reproduce', 'busy', '--runs', 'busy'], interrupt('busy', 'SIGINT'));
    expect([stopped.code, remains('busy').status]).toEqual([130, 'KILLED']);
    const resumed = await run(['resume', 'last', '--runs', 'busy', '--json']);
    const { tables } = JSON.parse(resumed.stdout) as { tables: { name: string }[] };
    expect(tables.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, i) => `step ${i + 1}`));
  });

  it.runIf(spawnSync('script', ['--version']).status === 0)(
    'in a terminal shows one line, and heeds its Ctrl-C',
    async () => {
      const command = ['stty cols 100 rows 30;', process.execPath, bin, ...SLOW, '--runs', 'terminal'].join(' ');
      const child = spawn('script', ['-qec', command, '/dev/null'], {
        cwd: project.folder,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let screen = '';
      let typed = false;
      child.stdout.on('data', (data: Buffer) => {
        screen += data.toString();
        if (typed || !/\b[7-9]\/20/.test(screen)) return;
        typed = true;
        child.stdin.write('\u0003');
      });
      const code = await new Promise((resolve) => child.on('close', resolve));
      expect(code).toBe(130);
      // eslint-disable-next-line no-control-regex -- the line is drawn over itself
      expect(screen).toMatch(/\u001b\[\d*A|\u001b\[2K/);
      expect(screen).toMatch(/% [█░]+ \d+\/20, .*left loss [▁▂▃▄▅▆▇█]+/);
      expect(screen).toContain('stopped; go on with:');
      expect(remains('terminal').status).toBe('KILLED');
    },
  );

  it('by Ctrl-C twice ends at once', async () => {
    const args = ['reproduce', 'count', '--steps', '20', '--delay', '300', '--runs', 'twice'];
    const stopped = await run(args, interrupt('twice', 'SIGINT', 'SIGINT'));
    expect(stopped.code).toBe(130);
    expect(remains('twice').status).toBe('KILLED');
  });

  it('with a real network goes on to the same end', async () => {
    const train = 'compare loss cross-entropy --on mnist --train-size 2000 --test-size 200 --epochs 6 --seeds 1'.split(
      ' ',
    );
    expect((await run([...train, '--runs', 'network'])).code).toBe(0);
    const killed = await run([...train, '--runs', 'network-killed'], interrupt('network-killed', 'SIGKILL'));
    expect(killed.signal).toBe('SIGKILL');
    expect((await run(['resume', 'last', '--runs', 'network-killed'])).code).toBe(0);
    const [one, other] = ['network', 'network-killed'].map((root) =>
      ['metrics.jsonl', 'result.json'].map((name) => readFileSync(join(remains(root).folder, name), 'utf8')),
    );
    expect(other).toEqual(one);
  });

  it('refuses changed parameters without --force', async () => {
    await run([...SLOW, '--runs', 'changed'], interrupt('changed', 'SIGINT'));
    const { folder } = remains('changed');
    const refused = await run(['resume', folder, '--set', 'steps=22']);
    expect([refused.code, refused.stderr.trimEnd().split('\n').at(-1)]).toEqual([
      2,
      'surprisal: resume: steps cannot change in a run that is going on; --force does it all the same',
    ]);
    expect((await run(['resume', folder, '--set', 'steps=22', '--force'])).code).toBe(0);
    expect(readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n')).toHaveLength(22);
  });
});
