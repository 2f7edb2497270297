import { Random } from '@surprisal/core';
import { saveCsv } from '../../charts/save.js';
import { byId } from '../../dom.js';
import { Address } from '../../lab/address.js';
import { control } from '../../lab/controls.js';
import { type Distribution, resized } from '../../lab/distribution.js';
import { DistributionBars } from '../../lab/distribution-bars.js';
import { showElsewhere } from '../../lab/elsewhere.js';
import { integer } from '../../lab/fields.js';
import { MethodPanel } from '../../lab/method-panel.js';
import { OneAtATime } from '../../lab/one-at-a-time.js';
import { Soon } from '../../lab/soon.js';
import { WorkerLink } from '../../lab/worker-link.js';
import { codeOf, commandOf } from './code.js';
import { CouplingMatrix } from './coupling-matrix.js';
import { CouplingTable } from './coupling-table.js';
import type { Reply, Request } from './messages.js';
import { COUPLINGS, type CouplingName, type CouplingState, MOST_BARS_EACH, fields } from './settings.js';

const MARGINALS = ['x', 'y'] as const;
type Marginal = (typeof MARGINALS)[number];
const count = integer(4, { minimum: 2, maximum: MOST_BARS_EACH, description: 'new ones are empty' });

const namesOf = (slow: boolean) => COUPLINGS.filter(({ isSlow = false }) => isSlow === slow).map(({ name }) => name);
const [QUICK, SLOW] = [namesOf(false), namesOf(true)];

/** The page of the coupling lab: two marginals to drag, the matrix of a coupling of them, and what all couplings have in bits. */
export class CouplingLab {
  readonly #worker = this.#link(() => this.#asking.answered());
  /** What takes long has a worker of its own, which is ended when it is no longer of use. */
  readonly #slowWorker = this.#link(() => this.#end());
  #isSearching = false;
  readonly #asking = new OneAtATime(() => this.#ask(this.#worker, QUICK));
  readonly #resting = new Soon(() => this.#rest());
  readonly #address = new Address<CouplingState>(fields, (state) => this.#open(state));
  readonly #panel = new MethodPanel('coupling', 'Coupling', COUPLINGS, (coupling) => this.#change({ coupling }));
  readonly #bars = {
    x: new DistributionBars('X', 'a', (x) => this.#change({ x })),
    y: new DistributionBars('Y', 'b', (y) => this.#change({ y })),
  };
  readonly #matrix = new CouplingMatrix();
  readonly #table = new CouplingTable();
  #state = this.#address.state;
  #draws = 0;

  constructor() {
    byId('bars').replaceChildren(this.#bars.x.element, this.#bars.y.element);
    byId('matrix').replaceChildren(this.#matrix.element);
    byId('values').replaceChildren(this.#table.element);
    byId('csv').addEventListener('click', () => saveCsv('coupling', this.#matrix.rows()));
    byId('draw').addEventListener('click', () => this.#draw());
    byId('reset').addEventListener('click', () => this.#set({ x: fields.x.initial, y: fields.y.initial }));
    this.#address.open();
  }

  #open(state: CouplingState): void {
    this.#state = state;
    this.#panel.show(state.coupling);
    this.#set(state);
  }

  /** Takes distributions that are not of the hand: there may be more bars or fewer. */
  #set(marginals: Partial<Record<Marginal, Distribution>>): void {
    this.#change(marginals);
    const controls = MARGINALS.map((name) =>
      control(
        `bar-count-${name}`,
        { name: `bars of ${name.toUpperCase()}`, ...count.param },
        this.#state[name].length,
        (bars) => this.#change({ [name]: resized(this.#state[name], Math.round(Number(bars))) }),
      ),
    );
    byId('count').replaceChildren(...controls);
  }

  #draw(): void {
    const random = new Random(++this.#draws);
    const draw = (name: Marginal) => Array.from(random.split(name).dirichlet(this.#state[name].length, 1));
    this.#set({ x: draw('x'), y: draw('y') });
  }

  #change(part: Partial<CouplingState>): void {
    this.#state = { ...this.#state, ...part };
    for (const name of MARGINALS) this.#bars[name].show(this.#state[name]);
    delete document.body.dataset.phase;
    if (this.#isSearching) this.#slowWorker.restart();
    this.#isSearching = false;
    this.#asking.ask();
    this.#resting.ask();
  }

  #ask(worker: WorkerLink<Request, Reply>, names: readonly CouplingName[]): void {
    worker.ask({ type: 'couple', state: this.#state, names });
  }

  /** The bars rest: there is time for what takes long, and for the address. */
  #rest(): void {
    this.#isSearching = true;
    this.#ask(this.#slowWorker, SLOW);
    this.#address.change(this.#state);
    showElsewhere(codeOf(this.#state), commandOf());
  }

  #take({ couplings, entropies, state }: Reply): void {
    this.#table.take(couplings, entropies);
    const chosen = couplings.find(({ name }) => name === this.#state.coupling.name);
    if (chosen) this.#matrix.show(chosen, state);
  }

  #end(): void {
    this.#isSearching = false;
    document.body.dataset.phase = 'ended';
    byId('summary').textContent = this.#table.words(this.#state.coupling.name);
  }

  /** @param answered after each reply, and after a failure */
  #link(answered: () => void): WorkerLink<Request, Reply> {
    const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const hear = (reply: Reply) => {
      this.#take(reply);
      answered();
    };
    return new WorkerLink<Request, Reply>(start, hear, answered);
  }
}
