import { byId } from '../dom.js';

export type Phase = 'idle' | 'running' | 'paused' | 'ended';

/** What the buttons bring about. */
export interface RunActions {
  start(): void;
  pause(): void;
  resume(): void;
  step(): void;
  /** Back to the beginning, with the settings as they are now. */
  reset(): void;
  newSeed(): void;
}

/** Run, pause, step, reset and new seed, each possible when it makes sense; and how far the work is. */
export class RunControl {
  #phase: Phase = 'idle';

  /** @param step what is counted */
  constructor(
    private readonly actions: RunActions,
    private readonly step: string = 'step',
  ) {
    const on = (id: string, act: () => void) => byId(id).addEventListener('click', act);
    on('run', () => this.run());
    on('pause', () => this.#pause());
    on('step', () => this.#step());
    on('reset', () => this.reset());
    on('new-seed', () => actions.newSeed());
  }

  get phase(): Phase {
    return this.#phase;
  }

  run(): void {
    if (this.#phase === 'paused') this.actions.resume();
    else this.actions.start();
    this.#enter('running');
  }

  #pause(): void {
    this.actions.pause();
    this.#enter('paused');
  }

  #step(): void {
    if (this.#phase === 'paused') this.actions.step();
    else {
      this.actions.start();
      this.actions.pause();
    }
    this.#enter('paused');
  }

  reset(): void {
    this.progress(0, 1);
    this.#enter('idle');
    this.actions.reset();
  }

  end(): void {
    this.#enter('ended');
  }

  fail(): void {
    this.#enter('idle');
  }

  progress(done: number, of: number): void {
    showProgress(done / of, done === 0 ? 'not started' : `${this.step} ${done} of ${of}`);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    const [run, pause, step] = ['run', 'pause', 'step'].map((id) => byId<HTMLButtonElement>(id));
    run!.textContent = phase === 'paused' ? 'Go on' : 'Run';
    run!.disabled = phase === 'running';
    pause!.disabled = phase !== 'running';
    step!.disabled = phase === 'running';
    document.body.dataset.phase = phase;
  }
}

/** How far work is, in the bar and in words. */
export function showProgress(share: number, text: string): void {
  const bar = byId('progress');
  bar.setAttribute('aria-valuenow', String(Math.round(100 * share)));
  bar.style.setProperty('--share', String(share));
  byId('progress-text').textContent = text;
}

/** Whether work that can be cancelled, and not paused, goes on. */
export function showWorking(yes: boolean): void {
  byId<HTMLButtonElement>('cancel').disabled = !yes;
  document.body.dataset.phase = yes ? 'running' : 'ended';
}
