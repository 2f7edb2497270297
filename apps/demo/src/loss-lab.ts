import type { Catalogue, CatalogueMethod } from './catalogue.js';
import type { Series } from './chart.js';
import { control } from './controls.js';
import { probabilities } from './curve.js';
import { DigitPad } from './digit-pad.js';
import { byId, el } from './dom.js';
import { Figure } from './figure.js';
import type { Measurement, Reply, Request, Side } from './messages.js';
import { type Chosen, type LabState, decodeState, defaults, encodeState, limits } from './state.js';

const SIDES = ['a', 'b'] as const;
const ANNOUNCE_MS = 4000;

type Phase = 'idle' | 'running' | 'paused' | 'ended';

/** The page of the loss lab: choices, run control, live figures, the digit. The worker does the work. */
export class LossLab {
  readonly #losses: readonly CatalogueMethod[];
  readonly #worker = new Worker(new URL('./loss-lab.worker.ts', import.meta.url), { type: 'module' });
  readonly #figures = {
    accuracy: new Figure('test-accuracy', 'Accuracy on clean test digits (percent)'),
    train: new Figure('train-accuracy', 'Accuracy on the given training labels (percent)'),
    loss: new Figure('loss', 'Training loss (nats; each loss in its own scale)'),
    curve: new Figure('shape', 'Loss against the probability of the true class'),
  };
  readonly #pad = new DigitPad((pixels) => this.#classify(pixels));
  #measured: Measurement[] = [];
  #curves: Partial<Record<Side, readonly number[]>> = {};
  #pixels: Float32Array | undefined;
  #state: LabState;
  #phase: Phase = 'idle';
  #announced = 0;

  constructor(catalogue: Catalogue) {
    this.#losses = catalogue.methods.filter((method) => method.kind === 'loss');
    const { state, ignored } = decodeState(
      location.hash,
      this.#losses.map(({ name }) => name),
    );
    this.#state = state;
    if (ignored.length > 0)
      this.#notice(`The link holds settings that are not known here and were left out: ${ignored.join(', ')}.`);
    byId('figures').replaceChildren(...Object.values(this.#figures).map((figure) => figure.element));
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#hear(data);
    this.#wire();
    this.#render();
  }

  #ask(request: Request): void {
    this.#worker.postMessage(request);
  }

  /** Takes a change: it goes into the address, and what was measured before is no longer of these settings. */
  #change(part: Partial<LabState>): void {
    this.#state = { ...this.#state, ...part };
    history.replaceState(null, '', `#${encodeState(this.#state)}`);
    this.#reset();
  }

  #wire(): void {
    const on = (id: string, act: () => void) => byId(id).addEventListener('click', act);
    on('run', () => this.#run());
    on('pause', () => this.#pause());
    on('step', () => this.#step());
    on('reset', () => this.#reset());
    on('new-seed', () => {
      this.#change({ seed: (this.#state.seed % limits.seed[1]) + 1 });
      this.#renderTask();
      this.#run();
    });
    on('copy', () => void this.#copy());
    on('clear', () => this.#pad.clear());
    window.addEventListener('hashchange', () => {
      this.#state = decodeState(
        location.hash,
        this.#losses.map(({ name }) => name),
      ).state;
      this.#render();
    });
  }

  #render(): void {
    for (const side of SIDES) this.#renderSide(side);
    this.#renderTask();
    this.#reset();
  }

  #renderSide(side: Side): void {
    const { loss, params } = this.#state[side];
    const method = this.#losses.find(({ name }) => name === loss)!;
    const options = this.#losses.map(({ name }) => el('option', { value: name, selected: name === loss }, name));
    const menu = el(
      'select',
      { id: `loss-${side}`, change: () => this.#choose(side, { loss: menu.value, params: {} }, true) },
      ...options,
    );
    const controls = method.params.map((param) =>
      control(`${side}-${param.name}`, param, params[param.name] ?? (param.default as number), (value) =>
        this.#choose(side, { loss, params: { ...this.#state[side].params, [param.name]: value } }, false),
      ),
    );
    byId(`side-${side}`).replaceChildren(
      el(
        'div',
        { class: 'control' },
        el('label', { for: menu.id }, `Loss ${side.toUpperCase()}`),
        menu,
        el('small', {}, method.summary),
      ),
      el('p', { class: 'formula' }, method.formula ?? ''),
      ...controls,
    );
    this.#ask({ type: 'curve', side, chosen: this.#state[side] });
  }

  #choose(side: Side, chosen: Chosen, other: boolean): void {
    this.#change({ [side]: chosen });
    if (other) {
      this.#renderSide(side);
      byId(`loss-${side}`).focus();
    } else this.#ask({ type: 'curve', side, chosen });
  }

  #renderTask(): void {
    const { noise, model, rate, epochs, train, seed } = this.#state;
    const number = (
      name: keyof typeof limits,
      type: 'number' | 'integer',
      value: number,
      step: number,
      description: string,
    ) =>
      control(
        `task-${name}`,
        { name, type, description, default: defaults[name], minimum: limits[name][0], maximum: limits[name][1], step },
        value,
        (given) => this.#change({ [name]: given }),
      );
    const models = {
      name: 'model',
      type: 'choice',
      description: 'mlp learns in seconds; cnn is more accurate and slower',
      default: 'mlp',
      choices: ['mlp', 'cnn'],
    } as const;
    byId('task').replaceChildren(
      number('noise', 'number', noise, 0.05, 'share of training labels that are made wrong'),
      control('task-model', models, model, (given) => this.#change({ model: given as 'mlp' | 'cnn' })),
      number('rate', 'number', rate, 0.005, 'learning rate of SGD with momentum'),
      number('epochs', 'integer', epochs, 1, 'passes over the training digits'),
      number('train', 'integer', train, 100, 'training digits'),
      number('seed', 'integer', seed, 1, 'the same seed gives the same picture'),
    );
  }

  #run(): void {
    if (this.#phase === 'paused') this.#ask({ type: 'resume' });
    else {
      this.#measured = [];
      this.#ask({ type: 'start', state: this.#state });
    }
    this.#enter('running');
  }

  #pause(): void {
    this.#ask({ type: 'pause' });
    this.#enter('paused');
  }

  #step(): void {
    if (this.#phase !== 'paused') {
      this.#run();
      this.#ask({ type: 'pause' });
    } else this.#ask({ type: 'step' });
    this.#enter('paused');
  }

  #reset(): void {
    this.#ask({ type: 'reset' });
    this.#measured = [];
    this.#progress(0, 1);
    this.#enter('idle');
    this.#draw();
    this.#showCode();
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    byId<HTMLButtonElement>('run').textContent = phase === 'paused' ? 'Go on' : 'Run';
    byId<HTMLButtonElement>('run').disabled = phase === 'running';
    byId<HTMLButtonElement>('pause').disabled = phase !== 'running';
    byId<HTMLButtonElement>('step').disabled = phase === 'running';
    document.body.dataset.phase = phase;
  }

  #hear(reply: Reply): void {
    if (reply.type === 'ready') {
      byId('engine').textContent = `Engine: ${reply.engine}. ${reply.why}`;
      document.body.dataset.engine = reply.engine;
      this.#pad.offer(reply.digits);
    } else if (reply.type === 'curve') {
      this.#curves[reply.side] = reply.losses;
      this.#drawCurves();
    } else if (reply.type === 'classified') this.#showProbabilities(reply);
    else if (reply.type === 'problem') this.#fail(reply.message);
    else if (this.#phase !== 'idle') this.#hearTraining(reply);
  }

  #hearTraining(reply: Extract<Reply, { type: 'measured' | 'progress' | 'ended' }>): void {
    if (reply.type === 'progress') this.#progress(reply.step, reply.of);
    if (reply.type === 'measured') {
      this.#measured.push(reply);
      this.#draw();
      if (this.#pixels) this.#ask({ type: 'classify', pixels: this.#pixels });
    }
    if (reply.type === 'ended' && reply.completed) {
      this.#enter('ended');
      this.#announce(true);
    }
  }

  #fail(message: string): void {
    this.#notice(`That did not work: ${message}`);
    this.#enter('idle');
  }

  #progress(step: number, of: number): void {
    const bar = byId('progress');
    bar.setAttribute('aria-valuenow', String(Math.round((100 * step) / of)));
    bar.style.setProperty('--share', String(step / of));
    byId('progress-text').textContent = step === 0 ? 'not started' : `step ${step} of ${of}`;
  }

  #names(): readonly [string, string] {
    const name = ({ loss, params }: Chosen) =>
      [loss, ...Object.entries(params).map(([key, value]) => `${key} ${value}`)].join(', ');
    return [`A: ${name(this.#state.a)}`, `B: ${name(this.#state.b)}`];
  }

  #series(value: (measured: Measurement) => number): Series[] {
    return SIDES.map((side, i) => ({
      name: this.#names()[i]!,
      points: this.#measured
        .filter((one) => one.side === side && Number.isFinite(value(one)))
        .map((one) => ({ x: one.epoch, y: value(one) })),
    }));
  }

  #draw(): void {
    const x = { x: 'epoch', xMax: this.#state.epochs };
    const percent = { yMin: 0, yMax: 100, ...x };
    this.#figures.accuracy.show({
      title: 'Test accuracy',
      y: 'percent',
      series: this.#series((one) => one.testAccuracy),
      ...percent,
    });
    this.#figures.train.show({
      title: 'Training accuracy',
      y: 'percent',
      series: this.#series((one) => one.trainAccuracy),
      ...percent,
    });
    this.#figures.loss.show({ title: 'Training loss', y: 'nats', series: this.#series((one) => one.loss), ...x });
    this.#drawCurves();
    this.#announce(false);
  }

  #drawCurves(): void {
    const series = SIDES.map((side, i) => ({
      name: this.#names()[i]!,
      points: (this.#curves[side] ?? []).map((y, k) => ({ x: probabilities[k]!, y })),
    }));
    this.#figures.curve.show({
      title: 'Shape of the loss',
      x: 'probability of the true class',
      y: 'loss (nats)',
      series,
      yMax: 5,
      xMax: 1,
      markers: false,
    });
  }

  /** Says where things stand, not more often than every few seconds. */
  #announce(now: boolean): void {
    if (!now && performance.now() - this.#announced < ANNOUNCE_MS) return;
    this.#announced = performance.now();
    byId('summary').textContent =
      this.#measured.length === 0 ? '' : `${now ? 'Done. ' : ''}${this.#figures.accuracy.summary}.`;
  }

  #classify(pixels: Float32Array): void {
    this.#pixels = pixels;
    if (this.#measured.length === 0)
      byId('probabilities').textContent = 'Run the training first: there is no model yet.';
    else this.#ask({ type: 'classify', pixels });
  }

  #showProbabilities(reply: Extract<Reply, { type: 'classified' }>): void {
    const column = (side: Side) => {
      const values = reply[side];
      const best = values.indexOf(Math.max(...values));
      const rows = values.map((value, digit) =>
        el(
          'tr',
          { class: digit === best ? 'best' : undefined },
          el('th', { scope: 'row' }, String(digit)),
          el('td', { style: `--share:${value}` }, `${(100 * value).toFixed(1)}%`),
        ),
      );
      return el(
        'table',
        { class: `bars s${side}` },
        el('caption', {}, `${side.toUpperCase()} says ${best}`),
        el('tbody', {}, ...rows),
      );
    };
    byId('probabilities').replaceChildren(column('a'), column('b'));
  }

  #showCode(): void {
    const { a, b, noise, model, rate, epochs, train, seed } = this.#state;
    const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const call = ({ loss, params }: Chosen) =>
      `${camel(loss)}(${
        Object.keys(params).length > 0
          ? JSON.stringify(params)
              .replace(/"(\w+)":/g, ' $1: ')
              .replace(/}$/, ' }')
              .replaceAll(',', ',')
          : ''
      })`;
    const text = ({ loss, params }: Chosen) =>
      [
        loss,
        Object.entries(params)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      ]
        .filter(Boolean)
        .join(':');
    byId('code').textContent = [
      `import { Random } from '@surprisal/core';`,
      `import { ${[...new Set([camel(a.loss), camel(b.loss)])].join(', ')} } from '@surprisal/losses';`,
      `import { ${model}, trainClassifier } from '@surprisal/nn';`,
      '',
      `for (const loss of [${call(a)}, ${call(b)}]) {`,
      `  const options = { model: ${model}({ seed: ${seed} }), loss, data, epochs: ${epochs}, learningRate: ${rate}, random: new Random(${seed}) };`,
      `  for await (const { step, loss: nats } of trainClassifier(options)) console.log(step, nats);`,
      `}`,
    ].join('\n');
    byId('command').textContent =
      `surprisal compare loss ${text(a)} ${text(b)} --on mnist --noise ${noise} --model ${model} --learning-rate ${rate} --epochs ${epochs} --train-size ${train} --seed ${seed}`;
  }

  async #copy(): Promise<void> {
    history.replaceState(null, '', `#${encodeState(this.#state)}`);
    try {
      await navigator.clipboard.writeText(location.href);
      this.#notice('The link is copied: it shows the same settings and seed.');
    } catch {
      this.#notice(`Copy the address of this page: ${location.href}`);
    }
  }

  #notice(text: string): void {
    byId('notice').textContent = text;
  }
}
