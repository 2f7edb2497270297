import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Pair {
  readonly key: string;
  readonly value: string;
}

export interface MlflowRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly run_id?: string;
    readonly run_name?: string;
    readonly experiment_id?: string;
    readonly name?: string;
    readonly status?: string;
    readonly tags?: readonly Pair[];
    readonly params?: readonly Pair[];
    readonly metrics?: readonly { key: string; value: number | 'NaN'; step: number; timestamp: number }[];
  };
}

export interface MlflowServer {
  readonly address: string;
  readonly requests: MlflowRequest[];
  close(): void;
}

export type Answer = readonly [status: number, body: unknown];
/** Answers in place of the server, where it gives something. */
export type Instead = (path: string, requests: readonly MlflowRequest[]) => Answer | undefined;

/** Speaks as much of MLflow's REST API as is needed to receive a run, and keeps what it was asked. */
export async function startMlflow(instead: Instead = () => undefined): Promise<MlflowServer> {
  const requests: MlflowRequest[] = [];
  const experiments = new Set<string>();
  const server = createServer((request, response) => {
    void receive(request).then((received) => {
      requests.push(received);
      const path = received.path.replace('/api/2.0/mlflow/', '').split('?')[0]!;
      reply(response, instead(path, requests) ?? answer(path, received, requests, experiments));
    });
  });
  return { address: await listen(server), requests, close: () => void server.close() };
}

function answer(
  path: string,
  { body, ...request }: MlflowRequest,
  all: readonly unknown[],
  known: Set<string>,
): Answer {
  const experiment = new URL(request.path, 'http://host').searchParams.get('experiment_name') ?? body.name!;
  if (path === 'experiments/get-by-name' && !known.has(experiment))
    return [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: `no ${experiment}` }];
  if (path.startsWith('experiments/')) known.add(experiment);
  if (path === 'experiments/get-by-name') return [200, { experiment: { experiment_id: '7', name: experiment } }];
  if (path === 'experiments/create') return [200, { experiment_id: '7' }];
  if (path === 'runs/create') return [200, { run: { info: { run_id: `run-${all.length}` } } }];
  return [200, {}];
}

async function receive(request: IncomingMessage): Promise<MlflowRequest> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const body = text === '' ? {} : (JSON.parse(text) as MlflowRequest['body']);
  return { method: request.method!, path: request.url!, authorization: request.headers.authorization, body };
}

function reply(response: ServerResponse, [status, body]: Answer): void {
  response.writeHead(status, { connection: 'close' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

const listen = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
