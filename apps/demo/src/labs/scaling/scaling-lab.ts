import { save } from '../../charts/save.js';
import { byId } from '../../dom.js';
import { Address } from '../../lab/address.js';
import { showElsewhere } from '../../lab/elsewhere.js';
import { MethodPanel } from '../../lab/method-panel.js';
import { notice } from '../../lab/notice.js';
import { showProgress, showWorking } from '../../lab/run-control.js';
import { showSettings } from '../../lab/settings-panel.js';
import { Soon } from '../../lab/soon.js';
import { WorkerLink } from '../../lab/worker-link.js';
import type { Catalogue } from '../../methods/catalogue.js';
import { codeOf, commandOf } from './code.js';
import { showColumns } from './columns-panel.js';
import { showFit } from './fit-report.js';
import type { Fitted, Intervals, Opened, Reply, Request, Spent, TableSource } from './messages.js';
import { ScalingFigures, amount } from './scaling-figures.js';
import { OWN, type ScalingState, fieldsOf, fitting, spending } from './settings.js';
import { TablePanel } from './table-panel.js';

/** The page of the scaling lab: a table of runs, a law, its fit, and what follows for a budget. It fits anew at every change. */
export class ScalingLab {
  readonly #worker = new WorkerLink<Request, Reply>(
    () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
    (reply) => this.#hear(reply),
    () => this.#fail(),
  );
  readonly #address: Address<ScalingState>;
  readonly #tablePanel = new TablePanel(
    (file) => this.#take(file),
    (table) => this.#open({ table, columns: {} }),
  );
  readonly #lawPanel: MethodPanel;
  readonly #figures = new ScalingFigures();
  readonly #fitSoon = new Soon(() => this.#fit());
  #run = 0;
  /** The table is opened again after a cancel, and not fitted to. */
  #reopening = false;
  #file: File | undefined;
  #opened: Opened | undefined;
  #fitted: Fitted | undefined;
  #intervals: Intervals | undefined;

  constructor({ methods }: Catalogue) {
    this.#lawPanel = new MethodPanel('law', 'Law', methods, (law) => this.#change({ law, columns: {} }));
    byId('figures').replaceChildren(...this.#figures.elements);
    byId('split').replaceChildren(this.#figures.splitElement);
    byId('run').addEventListener('click', () => this.#fit());
    byId('cancel').addEventListener('click', () => this.#cancel());
    byId('export').addEventListener('click', () => this.#export());
    this.#address = new Address(fieldsOf(methods), (state) => this.#show(state));
    this.#address.open();
  }

  #show(state: ScalingState): void {
    this.#lawPanel.show(state.law);
    showSettings('fitting', fitting, state, (part) => this.#change(part));
    showSettings('spending', spending, state, (part) => this.#spend(part));
    this.#openTable();
  }

  /** Takes another table, whose columns are other ones. */
  #open(part: Partial<ScalingState>): void {
    this.#address.change(part);
    this.#show(this.#address.state);
  }

  #take(file: File): void {
    this.#file = file;
    notice(`${file.name} is read here, in the page. It is sent nowhere, and a link does not hold it.`);
    this.#open({ table: OWN, columns: {}, dropTop: 0 });
  }

  #openTable(): void {
    const { table } = this.#address.state;
    this.#tablePanel.show(table, this.#file?.name);
    this.#opened = undefined;
    this.#forget();
    if (!this.#askToOpen())
      notice('This link was made with a table of somebody’s own, which stayed where it was: choose the file again.');
  }

  #change(part: Partial<ScalingState>): void {
    this.#address.change(part);
    this.#forget();
    this.#showColumns();
    if (this.#opened) this.#fitSoon.ask();
  }

  #showColumns(): void {
    const { law, columns } = this.#address.state;
    const match = this.#opened?.matches.find((one) => one.law === law.name);
    if (match) showColumns(match, this.#opened!.columns, columns, (changed) => this.#change({ columns: changed }));
  }

  #fit(): void {
    this.#fitSoon.cancel();
    if (!this.#opened) return;
    const { law, columns, dropTop, resamples, seed } = this.#address.state;
    notice('');
    this.#forget();
    showWorking(true);
    showProgress(0, 'fitting');
    this.#worker.ask({ type: 'fit', run: ++this.#run, law, columns, dropTop, resamples, seed });
  }

  /** What was fitted is not of these settings. */
  #forget(): void {
    this.#run++;
    this.#fitted = this.#intervals = undefined;
    for (const id of ['parameters', 'warnings']) byId(id).replaceChildren();
    byId('summary').textContent = '';
    showProgress(0, 'not fitted');
    byId<HTMLButtonElement>('export').disabled = true;
    this.#showElsewhere();
  }

  #showElsewhere(): void {
    const { state } = this.#address;
    showElsewhere(codeOf(state, this.#file?.name), commandOf(state, this.#file?.name));
  }

  /** Ends what the worker does, whatever that is; the table is opened again for what comes next. */
  #cancel(): void {
    this.#reopening = true;
    this.#worker.restart();
    this.#run++;
    this.#idle('cancelled');
    this.#askToOpen();
  }

  /** @returns whether there is a table to open: a link does not hold the file that it was made with */
  #askToOpen(): boolean {
    const { table } = this.#address.state;
    const source: TableSource | undefined =
      table === OWN ? this.#file && { name: this.#file.name, file: this.#file } : { name: table };
    if (source) this.#worker.ask({ type: 'open', source });
    return source !== undefined;
  }

  /** What was shown before is of other runs. */
  #fail(): void {
    this.#idle('failed');
    byId('figures').hidden = byId('budget').hidden = true;
  }

  #idle(text: string): void {
    showWorking(false);
    showProgress(0, text);
  }

  #hear(reply: Reply): void {
    if (reply.type === 'opened') return this.#hearOpened(reply);
    if (reply.type === 'spent') return this.#showSpent(reply);
    if (reply.type === 'unsplit') return this.#showUnsplit();
    if (reply.run !== this.#run) return;
    if (reply.type === 'progress') showProgress(reply.done / reply.of, `fit to resample ${reply.done} of ${reply.of}`);
    if (reply.type === 'fitted') this.#hearFitted(reply);
    if (reply.type === 'intervals') this.#hearIntervals(reply);
  }

  #hearOpened(opened: Opened): void {
    this.#opened = opened;
    byId('table-text').textContent = `${opened.name}: ${opened.rows} runs with ${opened.columns.join(', ')}.`;
    this.#lawPanel.group((name) =>
      opened.matches.find(({ law }) => law === name)?.map ? 'Laws that suit the table' : 'Laws that need other columns',
    );
    this.#lawPanel.show(this.#address.state.law);
    this.#showColumns();
    if (this.#reopening) this.#reopening = false;
    else this.#fit();
  }

  #hearFitted(fitted: Fitted): void {
    this.#fitted = fitted;
    byId('figures').hidden = false;
    this.#figures.show(fitted);
    showFit(fitted);
    byId<HTMLButtonElement>('export').disabled = false;
    this.#askToSpend();
    if (this.#address.state.resamples < 2) this.#done();
  }

  #hearIntervals(intervals: Intervals): void {
    this.#intervals = intervals;
    showFit(this.#fitted!, intervals);
    this.#askToSpend();
    this.#done();
  }

  #done(): void {
    const { parameters, n } = this.#fitted!;
    showWorking(false);
    showProgress(1, `fitted to ${n} runs`);
    byId('summary').textContent =
      `Done: ${parameters.map(({ name, value }) => `${name} ${amount(value)}`).join(', ')}.`;
  }

  #spend(part: Partial<ScalingState>): void {
    this.#address.change(part);
    this.#showElsewhere();
    this.#askToSpend();
  }

  #askToSpend(): void {
    if (this.#fitted) this.#worker.ask({ type: 'spend', compute: 10 ** this.#address.state.budget });
  }

  #showSpent(spent: Spent): void {
    const { best, interval, compute } = spent;
    byId('budget').hidden = false;
    const between = interval ? ` (95% of resamples: ${amount(interval[0])} to ${amount(interval[1])})` : '';
    byId('spent').textContent =
      `${amount(compute)} FLOP are best spent on ${amount(best.N)} parameters${between} and ${amount(best.D)} tokens: ` +
      `${amount(best.D / best.N)} tokens per parameter, loss ${best.loss.toFixed(3)}.`;
    this.#figures.showSplit(spent, this.#fitted!.unit);
  }

  #showUnsplit(): void {
    byId('budget').hidden = true;
  }

  #export(): void {
    const { law, dropTop, resamples, seed } = this.#address.state;
    const { parameters, warnings, n, objective, rmse, r2, map } = this.#fitted!;
    const content = {
      version: 1,
      law,
      table: this.#opened!.name,
      columns: map,
      fit: { dropTop, resamples, seed },
      parameters: Object.fromEntries(parameters.map(({ name, value }) => [name, value])),
      unidentified: parameters.filter(({ told }) => !told).map(({ name }) => name),
      intervals95: this.#intervals?.of ?? null,
      n,
      objective,
      rmse,
      r2,
      warnings,
    };
    save(`${law.name}.json`, `${JSON.stringify(content, null, 2)}\n`, 'application/json');
  }
}
