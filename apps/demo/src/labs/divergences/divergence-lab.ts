import { Random } from '@surprisal/core';
import { saveCsv } from '../../charts/save.js';
import { byId } from '../../dom.js';
import { Address } from '../../lab/address.js';
import { control } from '../../lab/controls.js';
import { type Distribution, MOST_BARS, resized } from '../../lab/distribution.js';
import { DistributionBars } from '../../lab/distribution-bars.js';
import { showElsewhere } from '../../lab/elsewhere.js';
import { integer } from '../../lab/fields.js';
import { OneAtATime } from '../../lab/one-at-a-time.js';
import { Soon } from '../../lab/soon.js';
import { WorkerLink } from '../../lab/worker-link.js';
import type { Catalogue } from '../../methods/catalogue.js';
import { codeOf, commandOf } from './code.js';
import { DivergenceTable } from './divergence-table.js';
import type { Reply, Request } from './messages.js';
import { type DivergenceState, fieldsOf } from './settings.js';

const count = integer(6, { minimum: 2, maximum: MOST_BARS, description: 'of P and of Q; new ones are empty' });

/** The page of the divergence lab: two distributions to drag, and what every divergence says of them. */
export class DivergenceLab {
  readonly #worker = new WorkerLink<Request, Reply>(
    () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
    (reply) => this.#hear(reply),
    () => this.#asking.answered(),
  );
  readonly #asking = new OneAtATime(() => this.#measure());
  /** The address follows when the bars rest: browsers take only some changes of it a second. */
  readonly #resting = new Soon(() => this.#keep());
  readonly #address: Address<DivergenceState>;
  readonly #bars = {
    p: new DistributionBars('P', 'a', (p) => this.#change({ p })),
    q: new DistributionBars('Q', 'b', (q) => this.#change({ q })),
  };
  readonly #table: DivergenceTable;
  #state: DivergenceState;
  #asked = 0;
  #draws = 0;
  #run = 0;

  constructor({ methods }: Catalogue) {
    const fields = fieldsOf(methods);
    this.#table = new DivergenceTable(methods, (kind, name, params) =>
      this.#change({ [kind]: { ...this.#state[kind], [name]: params } }),
    );
    byId('bars').replaceChildren(this.#bars.p.element, this.#bars.q.element);
    byId('values').replaceChildren(this.#table.element);
    byId('csv').addEventListener('click', () => saveCsv('divergences', this.#table.rows()));
    byId('swap').addEventListener('click', () => this.#set(this.#state.q, this.#state.p));
    byId('draw').addEventListener('click', () => this.#draw());
    byId('reset').addEventListener('click', () => this.#set(fields.p.initial, fields.q.initial));
    this.#address = new Address(fields, (state) => this.#open(state));
    this.#state = this.#address.state;
    this.#address.open();
  }

  #open(state: DivergenceState): void {
    this.#state = state;
    this.#table.show(state);
    this.#set(state.p, resized(state.q, state.p.length));
  }

  /** Takes distributions that are not of the hand: there may be more bars or fewer. */
  #set(p: Distribution, q: Distribution): void {
    const param = { name: 'bars', ...count.param };
    const resize = (bars: number) => this.#set(resized(this.#state.p, bars), resized(this.#state.q, bars));
    byId('count').replaceChildren(control('bar-count', param, p.length, (bars) => resize(Math.round(Number(bars)))));
    this.#change({ p, q });
  }

  #draw(): void {
    const random = new Random(++this.#draws);
    const draw = (name: string) => Array.from(random.split(name).dirichlet(this.#state.p.length, 1));
    this.#set(draw('p'), draw('q'));
  }

  #change(part: Partial<DivergenceState>): void {
    this.#state = { ...this.#state, ...part };
    const { p, q } = this.#state;
    this.#bars.p.show(p, q);
    this.#bars.q.show(q, p);
    delete document.body.dataset.phase;
    this.#asking.ask();
    this.#resting.ask();
  }

  #measure(): void {
    this.#asked = performance.now();
    this.#worker.ask({ type: 'measure', state: this.#state, run: ++this.#run });
  }

  #keep(): void {
    this.#address.change(this.#state);
    showElsewhere(codeOf(this.#state), commandOf(this.#state));
  }

  #hear(reply: Reply): void {
    if (reply.run !== this.#run) return;
    if (reply.type === 'ended') return this.#end();
    this.#table.take(reply.values, reply.run);
    if (reply.type === 'quick') this.#takeQuick(reply.values.length);
  }

  /** The page is free for the next movement; the slow ones are still of the last. */
  #takeQuick(values: number): void {
    this.#table.age(this.#run);
    if (values > 0) {
      const ms = performance.now() - this.#asked;
      byId('engine').textContent =
        `${values} of ${this.#table.size} followed the bars, both ways, in ${ms.toFixed(1)} ms; the others follow when the bars rest.`;
    }
    this.#asking.answered();
  }

  #end(): void {
    document.body.dataset.phase = 'ended';
    byId('summary').textContent = this.#table.words;
  }
}
