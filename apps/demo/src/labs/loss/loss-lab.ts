import { byId } from '../../dom.js';
import { Address } from '../../lab/address.js';
import type { Chosen } from '../../lab/chosen.js';
import { showElsewhere } from '../../lab/elsewhere.js';
import { EngineChoice, type EngineWish } from '../../lab/engine-choice.js';
import { seedAfter } from '../../lab/fields.js';
import { MethodPanel } from '../../lab/method-panel.js';
import { OneAtATime } from '../../lab/one-at-a-time.js';
import { RunControl } from '../../lab/run-control.js';
import { showSettings } from '../../lab/settings-panel.js';
import { WorkerLink } from '../../lab/worker-link.js';
import type { Catalogue } from '../../methods/catalogue.js';
import { AskModels } from './ask/ask-models.js';
import { codeOf, commandOf } from './code.js';
import { LossFigures } from './loss-figures.js';
import type { Landscapes, Reply, Request, TrainingReply } from './messages.js';
import { type LossState, type OtherKind, type Side, fieldsOf, methodsOf, more, task } from './settings.js';

const OTHERS = ['adversarial', 'value'] as const satisfies readonly OtherKind[];

/** The page of the loss lab. It holds the settings and carries words between the worker, which trains, and the parts that show. */
export class LossLab {
  readonly #worker = new WorkerLink<Request, Reply>(
    () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
    (reply) => this.#hear(reply),
    () => this.#fail(),
  );
  readonly #engines = new EngineChoice((wish) => this.#changeEngine(wish));
  readonly #address: Address<LossState>;
  readonly #panels: readonly (readonly [Side, MethodPanel])[];
  readonly #figures = new LossFigures();
  readonly #landscapes = landscapeFigures();
  readonly #surveying = new OneAtATime(() => {
    const { a, b } = this.#address.state;
    this.#worker.ask({ type: 'landscape', a, b });
  });
  readonly #others = otherFigures();
  readonly #otherPanels: readonly (readonly [OtherKind, MethodPanel])[];
  readonly #drawing = {
    adversarial: this.#drawnWhenAsked('adversarial'),
    value: this.#drawnWhenAsked('value'),
  };
  readonly #models = new AskModels((pixels) => this.#worker.ask({ type: 'classify', pixels }));
  readonly #control = new RunControl({
    start: () => this.#start(),
    pause: () => this.#worker.ask({ type: 'pause' }),
    resume: () => this.#worker.ask({ type: 'resume' }),
    step: () => this.#worker.ask({ type: 'step' }),
    reset: () => this.#clear(),
    newSeed: () => this.#newSeed(),
  });
  /** The training that is heard: what is left of others is not of these settings. */
  #run = 0;

  constructor({ methods }: Catalogue) {
    const losses = methodsOf(methods, 'trained');
    this.#panels = (['a', 'b'] as const).map(
      (side) => [side, new MethodPanel(side, 'Loss', losses, (chosen) => this.#choose(side, chosen))] as const,
    );
    this.#otherPanels = OTHERS.map(
      (kind) =>
        [kind, new MethodPanel(kind, 'Loss', methodsOf(methods, kind), (chosen) => this.#draw(kind, chosen))] as const,
    );
    byId('figures').replaceChildren(...this.#figures.elements);
    this.#worker.ask({ type: 'engines', wish: this.#engines.wish });
    this.#address = new Address(fieldsOf(methods), (state) => this.#show(state));
    this.#address.open();
  }

  #show(state: LossState): void {
    for (const [side, panel] of this.#panels) {
      panel.show(state[side]);
      this.#worker.ask({ type: 'curve', side, chosen: state[side] });
    }
    this.#surveying.ask();
    for (const [kind, panel] of this.#otherPanels) {
      panel.show(state[kind]);
      this.#drawing[kind].ask();
    }
    this.#showTask();
    this.#control.reset();
  }

  #showTask(): void {
    showSettings('task', task, this.#address.state, (part) => this.#change(part));
    showSettings('more', more, this.#address.state, (part) => this.#change(part));
  }

  #choose(side: Side, chosen: Chosen): void {
    this.#change({ [side]: chosen });
    this.#worker.ask({ type: 'curve', side, chosen });
    this.#surveying.ask();
  }

  #drawnWhenAsked(kind: OtherKind): OneAtATime {
    return new OneAtATime(() => this.#worker.ask({ type: kind, chosen: this.#address.state[kind] }));
  }

  /** Draws a loss that no training is of. */
  #draw(kind: OtherKind, chosen: Chosen): void {
    this.#address.change({ [kind]: chosen });
    this.#drawing[kind].ask();
  }

  /** Takes a change: it goes into the address, and what was measured before is no longer of these settings. */
  #change(part: Partial<LossState>): void {
    this.#address.change(part);
    this.#control.reset();
  }

  #changeEngine(wish: EngineWish): void {
    this.#control.reset();
    this.#worker.ask({ type: 'engines', wish });
  }

  #start(): void {
    this.#figures.clear(this.#address.state);
    this.#worker.ask({ type: 'start', run: ++this.#run, state: this.#address.state });
  }

  #clear(): void {
    const { state } = this.#address;
    this.#run++;
    this.#worker.ask({ type: 'reset' });
    this.#models.forget();
    this.#figures.clear(state);
    showElsewhere(codeOf(state, this.#engines.wish), commandOf(state, this.#engines.wish));
  }

  #newSeed(): void {
    this.#change({ seed: seedAfter(this.#address.state.seed) });
    this.#showTask();
    this.#control.run();
  }

  #hear(reply: Reply): void {
    if (reply.type === 'engines') this.#engines.found(reply);
    else if (reply.type === 'digits') this.#models.offer(reply.digits);
    else if (reply.type === 'curve') this.#figures.takeCurve(reply.side, reply.losses);
    else if (reply.type === 'landscape') void this.#survey(reply);
    else if (reply.type === 'adversarial' || reply.type === 'value') void this.#hearOther(reply);
    else if (reply.type === 'classified') this.#models.answer(reply);
    else if (reply.run === this.#run) this.#hearTraining(reply);
  }

  async #survey(landscapes: Landscapes): Promise<void> {
    this.#surveying.answered();
    (await this.#landscapes).show(landscapes);
  }

  async #hearOther(reply: Extract<Reply, { type: OtherKind }>): Promise<void> {
    this.#drawing[reply.type].answered();
    const figures = await this.#others;
    if (reply.type === 'value') figures.showValue(reply);
    else figures.showAdversarial(reply);
  }

  #fail(): void {
    this.#control.fail();
    for (const question of [this.#surveying, ...Object.values(this.#drawing)]) question.answered();
  }

  #hearTraining(reply: TrainingReply): void {
    if (reply.type === 'progress') this.#control.progress(reply.step, reply.of);
    if (reply.type === 'measured') {
      this.#figures.take(reply);
      this.#models.learned();
    }
    if (reply.type === 'ended') {
      this.#control.end();
      this.#figures.announceEnd();
    }
  }
}

/** They stand below the lab, and come after it. */
async function landscapeFigures() {
  const { LandscapeFigures } = await import('./landscape-figures.js');
  const figures = new LandscapeFigures<Side>({
    sides: {
      a: { title: 'A over all predictions', colour: 'series-0' },
      b: { title: 'B over all predictions', colour: 'series-1' },
    },
    hints: {
      triangle:
        'Colour: nats. Arrows: where a step of gradient descent on the logits pulls, and how hard. Cross-entropy pulls straight to the label, from everywhere.',
      value:
        'Of three classes, by how far the label’s logit is above those of the two others, which are alike. Left of 0 the model is wrong.',
      pull: 'Minus the derivative in the label’s logit: how hard an example is learned from. Where it comes back to 0 on the left, the loss gives up on what looks mislabelled.',
    },
    rule: -2,
  });
  byId('landscape').replaceChildren(...figures.elements);
  return figures;
}

async function otherFigures() {
  const { OtherFigures } = await import('./others/other-figures.js');
  return new OtherFigures();
}
