import { z } from 'zod';
import { QUICK } from '../actions/show.js';
import { UsageError } from '../exit.js';
import type { RunFolder } from '../run/folder.js';
import { describe, titleOf } from './facts.js';
import { MlflowClient } from './mlflow-client.js';
import { type Point, type Series, seriesOf } from './series.js';

/** What came to be at the server. */
export interface SentRun {
  readonly server: string;
  readonly experiment: { readonly id: string; readonly name: string };
  readonly run: { readonly id: string; readonly name: string };
  /** The page of the run. */
  readonly page: string;
  /** Runs below it, one per series that has labels. */
  readonly children: readonly { readonly id: string; readonly name: string }[];
  readonly values: number;
}

const STATUSES = { FINISHED: 'FINISHED', FAILED: 'FAILED', KILLED: 'KILLED', INTERRUPTED: 'KILLED' } as const;
// What the server takes at once: https://mlflow.org/docs/latest/rest-api.html#log-batch
const MOST_METRICS = 1000;
const MOST_PARAMS = 100;

/**
 * Sends a run that has ended to an MLflow tracking server: the study is the experiment, the run is a run with its parameters and
 * tags, and each series that has labels is a run below it. What could not be sent whole is taken back.
 */
export async function sendToMlflow(run: RunFolder, address: string): Promise<SentRun> {
  const { info, status } = run;
  if (status === 'RUNNING') throw new UsageError(`${run.path}: a run must have ended to be sent, this one is RUNNING`);
  const client = new MlflowClient(address);
  const name = info.study;
  const id = await experimentOf(client, name);
  const end = { status: STATUSES[status], ...(info.ended && { end_time: Date.parse(info.ended) }) };
  const sender = new Sender(client, { experiment_id: id, start_time: Date.parse(info.started) }, end);
  const series = seriesOf(run.metrics, info.started);
  const { root, children } = await sender.all(run, series);
  const page = `${client.address}/#/experiments/${id}/runs/${root.id}`;
  const values = series.reduce((sum, { points }) => sum + points.length, 0);
  return { server: client.address, experiment: { id, name }, run: root, page, children, values };
}

async function experimentOf(client: MlflowClient, name: string): Promise<string> {
  const id = z.string();
  const known = z.object({ experiment: z.object({ experiment_id: id }) });
  const found = await client.find('experiments/get-by-name', { experiment_name: name }, known);
  if (found) return found.experiment.experiment_id;
  return (await client.post('experiments/create', { name }, z.object({ experiment_id: id }))).experiment_id;
}

interface Content {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

interface Sent {
  readonly id: string;
  readonly name: string;
}

const created = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const nothing = z.object({});

/** Makes runs at a server, and takes them all back when one of them fails. */
class Sender {
  readonly #made: string[] = [];

  constructor(
    readonly client: MlflowClient,
    readonly start: Readonly<Record<string, unknown>>,
    readonly end: Readonly<Record<string, unknown>>,
  ) {}

  async all(run: RunFolder, series: readonly Series[]): Promise<{ root: Sent; children: Sent[] }> {
    try {
      const own = series.filter(({ name }) => name === '').flatMap(({ points }) => points);
      const root = await this.#send(contentOf(run, own));
      const children: Sent[] = [];
      for (const one of series) if (one.name !== '') children.push(await this.#send(childOf(one, root.id)));
      return { root, children };
    } catch (error) {
      for (const run_id of this.#made) await this.client.post('runs/delete', { run_id }, nothing).catch(() => {});
      throw error;
    }
  }

  async #send({ name, tags, params, points }: Content): Promise<Sent> {
    const head = { ...this.start, run_name: name, tags: pairs(tags) };
    const { run_id } = (await this.client.post('runs/create', head, created)).run.info;
    this.#made.push(run_id);
    for (const part of parts(pairs(params), MOST_PARAMS)) await this.#log(run_id, { params: part });
    for (const part of parts(points.map(metricOf), MOST_METRICS)) await this.#log(run_id, { metrics: part });
    await this.client.post('runs/update', { run_id, ...this.end }, nothing);
    return { id: run_id, name };
  }

  #log(run_id: string, batch: Readonly<Record<string, unknown>>): Promise<object> {
    return this.client.post('runs/log-batch', { run_id, ...batch }, nothing);
  }
}

function contentOf(run: RunFolder, points: readonly Point[]): Content {
  const { info } = run;
  const { facts, params } = describe(info);
  const tags = {
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.name': 'surprisal',
    ...(info.git && { 'mlflow.source.git.commit': info.git.commit }),
    ...(info.quick && { 'mlflow.note.content': QUICK }),
    ...Object.fromEntries(Object.entries(facts).map(([key, value]) => [`surprisal.${key}`, value])),
  };
  return { name: titleOf(run), tags, params, points };
}

function childOf({ name, labels, points }: Series, parent: string): Content {
  const params = Object.fromEntries(labels.map(([key, value]) => [key, String(value)]));
  return { name, tags: { 'mlflow.parentRunId': parent }, params, points };
}

const metricOf = ({ metric, value, step, wallTime }: Point) => ({
  key: nameFor(metric),
  value: Number.isNaN(value) ? 'NaN' : value, // as protobuf writes it in JSON
  step,
  timestamp: Math.round(wallTime * 1000),
});

const pairs = (record: Readonly<Record<string, string>>) =>
  Object.entries(record).map(([key, value]) => ({ key: nameFor(key), value }));

/** The characters that MLflow takes in a name. */
const nameFor = (name: string) => name.replace(/[^\p{L}\p{N}_./ -]/gu, '_');

const parts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
