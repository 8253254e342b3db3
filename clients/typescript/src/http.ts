// One request, tried again where that is safe and can help.
import { CutroomError, errorOf } from './errors.js';
import { pause } from './pause.js';

export interface RetryPolicy {
  /** Further tries after the first. Default 3; 0 is none. */
  retries?: number;
  /** A server that asks for more patience than this is not asked again. Default 30 s. */
  maxRetryAfterMs?: number;
  /** The first pause where the server names none; it doubles, with some chance in it. Default 500 ms. */
  firstPauseMs?: number;
}

export interface HttpOptions {
  baseUrl: string;
  apiKey?: string | undefined;
  fetch?: typeof fetch | undefined;
  headers?: Record<string, string> | undefined;
  retry?: RetryPolicy | undefined;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface RequestOptions extends CallOptions {
  query?: object | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is; the same bytes with each try. */
  body?: { bytes: Blob; type: string } | undefined;
  headers?: Record<string, string> | undefined;
  /** Whether the server does it once, however often it is asked. Default: GET and what has an Idempotency-Key. */
  repeatable?: boolean | undefined;
  /** Statuses beyond 2xx that are answers like any other. */
  accept?: readonly number[] | undefined;
  retries?: number | undefined;
}

const LONGEST_PAUSE_MS = 10_000;

export class Http {
  readonly baseUrl: string;
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.#options = options;
  }

  url(path: string, query?: object): string {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined && value !== null) params.set(name, String(value));
    const text = params.toString();
    return this.baseUrl + path + (text ? `?${text}` : '');
  }

  /** One try. Throws network_error, or the signal's reason. */
  async open(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const headers: Record<string, string> = { ...this.#options.headers, ...options.headers };
    if (this.#options.apiKey) headers['Authorization'] = `Bearer ${this.#options.apiKey}`;
    const init: RequestInit = { method, headers };
    if (options.signal) init.signal = options.signal;
    if (options.body) {
      headers['Content-Type'] = options.body.type;
      init.body = options.body.bytes;
    } else if (options.json !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(options.json);
    }
    const send = this.#options.fetch ?? fetch;
    try {
      return await send(this.url(path, options.query), init);
    } catch (error) {
      throw this.#broken(error, options.signal);
    }
  }

  /** The answer's JSON. */
  async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const policy = this.#options.retry ?? {};
    const retries = options.retries ?? policy.retries ?? 3;
    const repeatable = options.repeatable ?? (method === 'GET' || 'Idempotency-Key' in (options.headers ?? {}));
    for (let done = 0; ; ++done) {
      let failed: CutroomError;
      try {
        const response = await this.open(method, path, options);
        if (response.ok || options.accept?.includes(response.status)) return await this.#read<T>(response, options.signal);
        failed = await errorOf(response);
        options.signal?.throwIfAborted();
      } catch (error) {
        if (!(error instanceof CutroomError)) throw error;
        failed = error;
      }
      const wait = this.#pauseBefore(done, failed, repeatable);
      if (done >= retries || wait === undefined) throw failed;
      await pause(wait, options.signal);
    }
  }

  async #read<T>(response: Response, signal: AbortSignal | undefined): Promise<T> {
    if (response.status === 204) return undefined as T;
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw this.#broken(error, signal);
    }
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new CutroomError(`${this.baseUrl} did not answer with JSON`, { status: response.status, code: 'bad_answer', cause });
    }
  }

  #broken(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    const said = error instanceof Error ? error.message : String(error);
    return new CutroomError(`${this.baseUrl} could not be reached: ${said}`, { status: 0, code: 'network_error', cause: error });
  }

  // undefined: another try makes no sense.
  #pauseBefore(done: number, failed: CutroomError, repeatable: boolean): number | undefined {
    const { maxRetryAfterMs = 30_000, firstPauseMs = 500 } = this.#options.retry ?? {};
    // These were refused before anything was done; of the others nobody knows.
    const refused = failed.status === 429 || failed.status === 503;
    const mayHeal = failed.status === 0 || failed.status === 408 || failed.status === 502 || failed.status === 504;
    if (failed.code === 'bad_answer' || !(refused || (mayHeal && repeatable))) return undefined;
    if (failed.retryAfterMs !== undefined) return failed.retryAfterMs <= maxRetryAfterMs ? failed.retryAfterMs : undefined;
    return Math.min(LONGEST_PAUSE_MS, firstPauseMs * 2 ** done) * (0.75 + Math.random() / 2);
  }
}
