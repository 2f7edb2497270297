import { unescape } from 'node:querystring';
import { z } from 'zod';
import { ServerError, UsageError } from '../exit.js';

const TIMEOUT_MS = 30_000;
/** How MLflow says what is wrong. */
const refusal = z.object({ error_code: z.string(), message: z.string().default('') });

/** Asks an MLflow tracking server over its REST API 2.0; each problem is one line that names the server. */
export class MlflowClient {
  /** The server, without user and password. */
  readonly address: string;
  readonly #headers: Record<string, string> = { 'content-type': 'application/json' };

  /** @throws UsageError when it is no address */
  constructor(address: string) {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || !/^https?:$/.test(url.protocol))
      throw new UsageError('--mlflow must be the address of a tracking server, like http://localhost:5000');
    if (url.username) this.#headers.authorization = `Basic ${credentialsOf(url)}`;
    this.address = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  }

  /** @returns undefined when the server knows no such thing */
  async find<T>(path: string, query: Readonly<Record<string, string>>, form: z.ZodType<T>): Promise<T | undefined> {
    const answer = await this.#ask(`${path}?${new URLSearchParams(query)}`, { method: 'GET' });
    const known = refusal.safeParse(answer.body).data?.error_code !== 'RESOURCE_DOES_NOT_EXIST';
    return known ? this.#read(path, answer, form) : undefined;
  }

  async post<T>(path: string, body: Readonly<Record<string, unknown>>, form: z.ZodType<T>): Promise<T> {
    return this.#read(path, await this.#ask(path, { method: 'POST', body: JSON.stringify(body) }), form);
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const url = `${this.address}/api/2.0/mlflow/${path}`;
      // A redirect might lead to somebody the user did not name.
      const response = await fetch(url, { ...init, headers: this.#headers, redirect: 'manual', signal });
      return { status: response.status, body: parse(await response.text()) };
    } catch (error) {
      throw new ServerError(`${this.address}: ${whyUnreachable(error as Error)}`, { cause: error });
    }
  }

  #read<T>(path: string, { status, body }: Answer, form: z.ZodType<T>): T {
    const wrong = refusal.safeParse(body).data;
    if (wrong)
      throw new ServerError(`${this.address}: ${path}: ${said(wrong.message)} (HTTP ${status} ${wrong.error_code})`);
    if (status !== 200 && status !== 404) throw new ServerError(`${this.address}: ${path}: HTTP ${status}`);
    const read = form.safeParse(body);
    if (status === 200 && read.success) return read.data;
    throw new ServerError(`${this.address}: not an MLflow tracking server (HTTP ${status} for ${path})`);
  }
}

interface Answer {
  readonly status: number;
  /** undefined when it is no JSON. */
  readonly body: unknown;
}

// Unlike decodeURIComponent, unescape takes a lone % as it is.
const credentialsOf = ({ username, password }: URL) =>
  Buffer.from(`${unescape(username)}:${unescape(password)}`).toString('base64');

const said = (message: string) => message.split('\n')[0]!;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function whyUnreachable({ name, message, cause }: Error): string {
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const { code, message: reason = message } = (cause ?? {}) as { code?: string; message?: string };
  return `cannot be reached (${code ?? reason}); is an MLflow tracking server running there?`;
}
