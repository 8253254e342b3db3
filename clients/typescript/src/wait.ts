// Waiting until a job or a batch has ended: by events, else by long poll, else by asking again and again.
import { CutroomError } from './errors.js';
import type { Http } from './http.js';
import { linked, pause, timer } from './pause.js';

export type Transport = 'events' | 'long-poll' | 'poll';

export interface WaitOptions<Snapshot, Event> {
  signal?: AbortSignal | undefined;
  /** Throws CutroomError wait_timed_out after this time. Default: waits as long as it takes. */
  timeoutMs?: number | undefined;
  /** How it stands, at first and whenever that changes. */
  onUpdate?: ((snapshot: Snapshot) => void) | undefined;
  /** Each event, where they come. */
  onEvent?: ((event: Event) => void) | undefined;
  /** What to begin with; the ones behind it are fallen back to. Default: events. */
  transport?: Transport | undefined;
  /** Between two questions of plain polling. Default 1 s. */
  intervalMs?: number | undefined;
}

/** What is waited for. */
export interface Subject<Snapshot, Event> {
  path: string;
  hasEnded(snapshot: Snapshot): boolean;
  events(signal: AbortSignal): AsyncIterable<Event>;
  /** The snapshot after the event; 'ask' where the event does not tell, 'ended' where it is over. */
  after(event: Event, snapshot: Snapshot | undefined): Snapshot | 'ask' | 'ended';
}

// So that whoever shows a progress bar has something to show where there are no events.
const LONG_POLL_S = 30;
const LONG_POLL_WATCHED_S = 5;
// A long poll that is answered sooner than this, without an end, is none.
const LONG_POLL_LEAST_MS = 1_000;
const LONG_POLL_FAILURES_MAX = 2;
// Of a batch, events tell that something changed, not how it stands.
const ASK_EVERY_MS = 1_000;

export async function waitFor<S, E>(http: Http, subject: Subject<S, E>, options: WaitOptions<S, E>): Promise<S> {
  const link = linked(options.signal);
  const timedOut = new CutroomError(`not done after ${options.timeoutMs} ms`, { status: 0, code: 'wait_timed_out' });
  const running = options.timeoutMs === undefined ? undefined : timer(() => link.abort(timedOut), options.timeoutMs);
  try {
    link.signal.throwIfAborted();
    return await new Waiting(http, subject, options, link.signal).run();
  } finally {
    clearTimeout(running);
    link.abort(timedOut);
    link.release();
  }
}

class Waiting<S, E> {
  readonly #http: Http;
  readonly #subject: Subject<S, E>;
  readonly #options: WaitOptions<S, E>;
  readonly #signal: AbortSignal;
  #shown = '';

  constructor(http: Http, subject: Subject<S, E>, options: WaitOptions<S, E>, signal: AbortSignal) {
    this.#http = http;
    this.#subject = subject;
    this.#options = options;
    this.#signal = signal;
  }

  async run(): Promise<S> {
    const { transport = 'events' } = this.#options;
    const byEvents = transport === 'events' ? await this.#byEvents() : undefined;
    if (byEvents !== undefined) return byEvents;
    const byLongPoll = transport === 'poll' ? undefined : await this.#byLongPoll();
    return byLongPoll ?? (await this.#byPolling());
  }

  // undefined: events don't get through here.
  async #byEvents(): Promise<S | undefined> {
    let snapshot: S | undefined;
    let askedAt = 0;
    try {
      for await (const event of this.#subject.events(this.#signal)) {
        this.#options.onEvent?.(event);
        const after = this.#subject.after(event, snapshot);
        if (after === 'ask' && Date.now() - askedAt < ASK_EVERY_MS) continue;
        snapshot = after === 'ask' || after === 'ended' ? await this.#ask() : (after as S);
        if (after === 'ask') askedAt = Date.now();
        this.#show(snapshot);
        if (this.#subject.hasEnded(snapshot)) return snapshot;
      }
      // No more events: it has ended, and an earlier connection saw that.
      snapshot = await this.#ask();
      return this.#subject.hasEnded(snapshot) ? snapshot : undefined;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!isOfTheWay(error)) throw error;
      return undefined;
    }
  }

  // undefined: long answers don't get through here.
  async #byLongPoll(): Promise<S | undefined> {
    const seconds = this.#options.onUpdate ? LONG_POLL_WATCHED_S : LONG_POLL_S;
    for (let failures = 0; failures < LONG_POLL_FAILURES_MAX; ) {
      const askedAt = Date.now();
      let snapshot: S;
      try {
        snapshot = await this.#ask(`${seconds}s`);
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!isOfTheWay(error)) throw error;
        ++failures;
        continue;
      }
      this.#show(snapshot);
      if (this.#subject.hasEnded(snapshot)) return snapshot;
      if (Date.now() - askedAt < LONG_POLL_LEAST_MS) return undefined;
    }
    return undefined;
  }

  async #byPolling(): Promise<S> {
    for (;;) {
      const snapshot = await this.#ask();
      this.#show(snapshot);
      if (this.#subject.hasEnded(snapshot)) return snapshot;
      await pause(this.#options.intervalMs ?? 1_000, this.#signal);
    }
  }

  #ask(wait?: string): Promise<S> {
    // What a long poll meets on its way decides whether to go on with it, so it isn't tried again below.
    const retries = wait === undefined ? undefined : 0;
    return this.#http.json<S>('GET', this.#subject.path, { query: { wait }, signal: this.#signal, retries });
  }

  #show(snapshot: S): void {
    if (!this.#options.onUpdate) return;
    const text = JSON.stringify(snapshot);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#options.onUpdate(snapshot);
  }
}

// Whether the answer is about how it was asked, so that another way may get through: no route for events here (a
// proxy, an older server), no such parameter, broken connections. What is missing or forbidden is so on every way.
function isOfTheWay(error: unknown): boolean {
  if (!(error instanceof CutroomError)) return false;
  if (error.code === 'job_removed') return false;
  return error.status !== 401 && error.status !== 403;
}
