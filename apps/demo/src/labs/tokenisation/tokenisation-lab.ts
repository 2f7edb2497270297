import { byId } from '../../dom.js';
import { Address } from '../../lab/address.js';
import { type Chosen, nameOf } from '../../lab/chosen.js';
import { showElsewhere } from '../../lab/elsewhere.js';
import { seedAfter } from '../../lab/fields.js';
import { MethodPanel } from '../../lab/method-panel.js';
import { notice } from '../../lab/notice.js';
import { showProgress, showWorking } from '../../lab/run-control.js';
import { showSettings } from '../../lab/settings-panel.js';
import { SIDES, type Side, offeredTo, taken } from '../../lab/sides.js';
import { Soon } from '../../lab/soon.js';
import { WorkerLink } from '../../lab/worker-link.js';
import type { Catalogue } from '../../methods/catalogue.js';
import { codeOf, commandOf } from './code.js';
import { CutText } from './cut-text.js';
import type { Reply, Request } from './messages.js';
import { type TokenisationState, dictionary, fieldsOf, more, sourcesOf, tokenizersOf } from './settings.js';
import { TokenisationFigures } from './tokenisation-figures.js';

/** The page of the tokenisation lab: a text, tokenizers side by side, and what they buy. It compares anew at every change. */
export class TokenisationLab {
  readonly #worker = new WorkerLink<Request, Reply>(
    () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
    (reply) => this.#hear(reply),
    () => this.#idle('failed'),
  );
  readonly #address: Address<TokenisationState>;
  readonly #sourcePanel: MethodPanel;
  readonly #panels: Readonly<Record<Side, MethodPanel>>;
  readonly #texts = { a: new CutText('a'), b: new CutText('b'), c: new CutText('c') };
  readonly #figures = new TokenisationFigures();
  readonly #soon = new Soon(() => this.#compare());
  readonly #facts = new Map<Side, string>();
  readonly #trained = new Map<Side, Chosen>();
  #run = 0;

  constructor({ methods }: Catalogue) {
    const tokenizers = tokenizersOf(methods);
    const panel = (side: Side) =>
      new MethodPanel(side, 'Tokenizer', offeredTo(side, tokenizers), (chosen) => this.#change({ [side]: chosen }));
    this.#panels = { a: panel('a'), b: panel('b'), c: panel('c') };
    this.#sourcePanel = new MethodPanel('text', 'Source', sourcesOf(methods), (source) => this.#change({ source }));
    byId('figures').replaceChildren(...this.#figures.elements);
    byId('run').addEventListener('click', () => this.#compare());
    byId('cancel').addEventListener('click', () => this.#cancel());
    byId('new-seed').addEventListener('click', () => this.#newSeed());
    this.#address = new Address(fieldsOf(methods), (state) => this.#show(state));
    this.#address.open();
  }

  #show(state: TokenisationState): void {
    this.#sourcePanel.show(state.source);
    for (const side of SIDES) this.#panels[side].show(state[side]);
    this.#showSettings();
    this.#compare();
  }

  #showSettings(): void {
    showSettings('task', dictionary, this.#address.state, (part) => this.#change(part));
    showSettings('more', more, this.#address.state, (part) => this.#change(part));
  }

  #change(part: Partial<TokenisationState>): void {
    this.#address.change(part);
    this.#clear();
    this.#soon.ask();
  }

  #newSeed(): void {
    this.#change({ seed: seedAfter(this.#address.state.seed) });
    this.#showSettings();
  }

  /** What was measured is not of these settings. */
  #clear(): void {
    const { state } = this.#address;
    this.#run++;
    this.#facts.clear();
    for (const side of taken(state)) this.#texts[side].clear(nameOf(state[side]));
    byId('texts').replaceChildren(...taken(state).map((side) => this.#texts[side].element));
    byId('summary').textContent = '';
    this.#figures.clear(state);
    this.#trained.clear();
    this.#showElsewhere();
  }

  /** With the sizes that the dictionaries have got, as soon as that is known. */
  #showElsewhere(): void {
    const { state } = this.#address;
    const tokenizers = taken(state).map((side) => this.#trained.get(side) ?? state[side]);
    showElsewhere(codeOf(state, tokenizers), commandOf(state, tokenizers));
  }

  #compare(): void {
    this.#soon.cancel();
    this.#clear();
    notice('');
    showWorking(true);
    showProgress(0, 'learning');
    this.#worker.ask({ type: 'compare', state: this.#address.state, run: this.#run });
  }

  #cancel(): void {
    this.#worker.restart();
    this.#run++;
    this.#idle('cancelled');
  }

  #idle(text: string): void {
    showWorking(false);
    byId('progress-text').textContent = text;
  }

  #hear(reply: Reply): void {
    if (reply.run !== this.#run) return;
    if (reply.type === 'text') this.#figures.know(reply);
    if (reply.type === 'cut') this.#showCut(reply);
    if (reply.type === 'measured') this.#figures.take(reply);
    if (reply.type === 'progress') showProgress(reply.done / reply.of, `dictionary ${reply.done} of ${reply.of}`);
    if (reply.type === 'ended') {
      this.#idle('all dictionaries measured');
      byId('summary').textContent =
        `Done. ${[...this.#facts].map(([side, facts]) => `${side.toUpperCase()}: ${facts}`).join('; ')}.`;
    }
  }

  #showCut(cut: Extract<Reply, { type: 'cut' }>): void {
    const { side, size, loss, charactersPerToken, chosen } = cut;
    const facts = `${size} tokens, ${charactersPerToken.toFixed(2)} characters per token, ${loss.toFixed(3)} nats per character`;
    this.#facts.set(side, facts);
    this.#texts[side].show(facts, cut.tokens, cut.dictionary);
    this.#trained.set(side, chosen);
    this.#showElsewhere();
  }
}
