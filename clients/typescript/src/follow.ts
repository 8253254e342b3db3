// A stream of events that outlives its connections.
import { CutroomError, errorOf } from './errors.js';
import type { CallOptions, Http } from './http.js';
import { linked, pause } from './pause.js';
import { EventParser } from './sse.js';
import type { RawEvent } from './sse.js';

export interface FollowOptions extends CallOptions {
  query?: object | undefined;
  /** Go on after this event, which an earlier stream has seen. */
  lastEventId?: string | undefined;
  /** Connections in a row that bring nothing before it gives up. Default 5. */
  maxFailures?: number | undefined;
  /** A connection that says nothing for so long is dead: there is a comment every 15 s. Default 45 s. */
  silenceMs?: number | undefined;
  /** The pause before a reconnect where the server names none. Default 2 s. */
  reconnectMs?: number | undefined;
}

// The first reconnect after a connection that worked is nearly at once: proxies cut long answers routinely.
const FIRST_RECONNECT_MS = 100;

/**
 * Yields events until the server says that there will be no more (204), or the caller stops. Reconnects with
 * Last-Event-ID. Throws what can't be healed: 401, 403, 404 ..., an answer that is no stream of events, and the last
 * failure where too many connections in a row bring nothing.
 */
export async function* follow(http: Http, path: string, options: FollowOptions = {}): AsyncGenerator<RawEvent, void> {
  const { maxFailures = 5, silenceMs = 45_000 } = options;
  const parserOf = (lastId: string) => Object.assign(new EventParser(), { lastId, resumeId: lastId });
  let lastId = options.lastEventId ?? '';
  let reconnectMs = options.reconnectMs ?? 2_000;
  let failures = 0;
  for (;;) {
    const parser = parserOf(lastId);
    const link = linked(options.signal);
    let gotSome = false;
    let failed: CutroomError | undefined;
    try {
      const response = await connect(http, path, options.query, lastId, link.signal);
      if (!response) return;
      for await (const text of pieces(response, silenceMs, link)) {
        for (const event of parser.push(text)) {
          gotSome = true;
          lastId = event.id;
          yield event;
        }
        lastId = parser.resumeId;
        if (parser.retryMs !== undefined && options.reconnectMs === undefined) reconnectMs = parser.retryMs;
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof CutroomError) || !mayHeal(error)) throw error;
      failed = error;
    } finally {
      // Also where the caller stops in the middle: closes the connection.
      link.abort(new CutroomError('no longer listened to', { status: 0, code: 'network_error' }));
      link.release();
    }
    failures = gotSome ? 0 : failures + 1;
    if (failures >= maxFailures)
      throw failed ?? new CutroomError('the stream of events ends at once, again and again', { status: 0, code: 'bad_answer' });
    const wait = failed?.retryAfterMs ?? (failures === 0 ? FIRST_RECONNECT_MS : reconnectMs);
    await pause(wait * (0.75 + Math.random() / 2), options.signal);
  }
}

function mayHeal(error: CutroomError): boolean {
  return error.status === 0 ? error.code === 'network_error' : error.status === 429 || error.status >= 500;
}

// undefined: there will be no more events.
async function connect(
  http: Http, path: string, query: object | undefined, lastId: string, signal: AbortSignal,
): Promise<Response | undefined> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (lastId) headers['Last-Event-ID'] = lastId;
  const response = await http.open('GET', path, { query, headers, signal });
  if (response.status === 204) return undefined;
  if (!response.ok) throw await errorOf(response);
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/event-stream') || !response.body) {
    await response.body?.cancel().catch(() => {});
    throw new CutroomError('the answer is not a stream of events', { status: response.status, code: 'bad_answer' });
  }
  return response;
}

async function* pieces(response: Response, silenceMs: number, link: ReturnType<typeof linked>): AsyncGenerator<string, void> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const silent = new CutroomError('the stream of events has gone silent', { status: 0, code: 'network_error' });
    const timer = setTimeout(() => link.abort(silent), silenceMs);
    let piece: Awaited<ReturnType<typeof reader.read>>;
    try {
      piece = await reader.read();
    } catch (cause) {
      if (link.signal.aborted) throw link.signal.reason;
      throw new CutroomError('the stream of events broke off', { status: 0, code: 'network_error', cause });
    } finally {
      clearTimeout(timer);
    }
    if (piece.done) return;
    yield decoder.decode(piece.value, { stream: true });
  }
}
